import type { Database } from '#server/db/open-database.ts';
import { idleSince } from './session-lifetime.ts';

export const findHasPassword = async (db: Database, workspaceId: string, memberId: string): Promise<boolean> =>
  (await db
    .selectFrom('members')
    .select('id')
    .where('workspace_id', '=', workspaceId)
    .where('id', '=', memberId)
    .where('password_hash', 'is not', null)
    .executeTakeFirst()) !== undefined;

/** The live ones, last used first. */
export const listSessionsOfMember = (
  db: Database,
  { workspaceId, memberId, now }: { workspaceId: string; memberId: string; now: Date },
) =>
  db
    .selectFrom('sessions')
    .select(['id', 'started_at', 'last_seen_at', 'ip', 'user_agent', 'method'])
    .where('workspace_id', '=', workspaceId)
    .where('member_id', '=', memberId)
    .where('expires_at', '>', now)
    .where('last_seen_at', '>', idleSince(now))
    .orderBy('last_seen_at', 'desc')
    .orderBy('id')
    .limit(200)
    .execute();
