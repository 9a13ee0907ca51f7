import { sql } from 'kysely';
import { notHeld } from '#server/db/not-held.ts';
import type { Database } from '#server/db/open-database.ts';
import type { Person } from '#server/db/person-rows.ts';

interface Old {
  workspaceId: string;
  before: Date;
  limit: number;
}

const endedBefore = (before: Date) => sql<boolean>`(g.revoked_at < ${before} or g.expires_at < ${before})`;

/** Sign-ins of Codex clients that ended before then, save of people on whom there is a legal hold. @returns how many went */
export async function purgeEndedGrants(tx: Database, { workspaceId, before, limit }: Old): Promise<number> {
  const { numAffectedRows } = await sql`delete from client_grants where id in (
    select g.id from client_grants g
    where g.workspace_id = ${workspaceId} and ${endedBefore(before)} and ${notHeld('g')} limit ${limit})`.execute(tx);
  return Number(numAffectedRows ?? 0);
}

/** At most `limit` are counted. */
export async function countEndedGrants(
  db: Database,
  { workspaceId, before, limit }: Old,
): Promise<{ count: number; oldestAt: Date | null }> {
  const { rows } = await sql<{
    count: number;
    oldest: Date | null;
  }>`select count(*) as count, min(created_at) as oldest from (
    select g.created_at from client_grants g
    where g.workspace_id = ${workspaceId} and ${endedBefore(before)} and ${notHeld('g')} limit ${limit}) old`.execute(
    db,
  );
  return { count: Number(rows[0]?.count ?? 0), oldestAt: rows[0]?.oldest ?? null };
}

export const listSessionsOf = (db: Database, { workspaceId, memberId }: Person) =>
  db
    .selectFrom('sessions')
    .select(['id', 'ip', 'user_agent', 'started_at', 'last_seen_at', 'expires_at'])
    .where('workspace_id', '=', workspaceId)
    .where('member_id', '=', memberId)
    .orderBy('id')
    .execute();

export const listGrantsOf = (db: Database, { workspaceId, memberId }: Person, after: string | null, limit: number) =>
  db
    .selectFrom('client_grants')
    .select([
      'id',
      'client_id',
      'method',
      'ip',
      'created_at',
      'last_used_at',
      'expires_at',
      'revoked_at',
      'revoked_because',
    ])
    .where('workspace_id', '=', workspaceId)
    .where('member_id', '=', memberId)
    .$if(after !== null, (query) => query.where('id', '>', after ?? ''))
    .orderBy('id')
    .limit(limit)
    .execute();

export const listTokensOf = (db: Database, { workspaceId, memberId }: Person) =>
  db
    .selectFrom('access_tokens')
    .select(['id', 'kind', 'name', 'hint', 'created_at', 'expires_at', 'last_used_at', 'revoked_at'])
    .where('workspace_id', '=', workspaceId)
    .where('member_id', '=', memberId)
    .orderBy('id')
    .execute();

export const listPasskeysOf = (db: Database, { workspaceId, memberId }: Person) =>
  db
    .selectFrom('passkeys')
    .select(['id', 'name', 'is_backed_up', 'created_at', 'last_used_at'])
    .where('workspace_id', '=', workspaceId)
    .where('member_id', '=', memberId)
    .orderBy('id')
    .execute();
