import { sql } from 'kysely';
import type { Database } from '#server/db/open-database.ts';
import type { SignInMethod } from '#server/http/request-context.ts';

/** What decides whether a member may sign in by other means, with the connection of their e-mail domain. */
export const findSignOnRule = (db: Database, memberId: string) =>
  db
    .selectFrom('members')
    .innerJoin('workspaces', 'workspaces.id', 'members.workspace_id')
    .leftJoin('email_domains', (join) =>
      join
        .onRef('email_domains.workspace_id', '=', 'members.workspace_id')
        .on('email_domains.status', '=', 'verified')
        .on(() => sql<boolean>`email_domains.domain = split_part(members.email, '@', 2)`),
    )
    .leftJoin('sso_connections', (join) =>
      join.onRef('sso_connections.id', '=', 'email_domains.connection_id').on('sso_connections.status', '=', 'enabled'),
    )
    .select([
      'workspaces.sso_required',
      'sso_connections.id as connection_id',
      'sso_connections.name as connection_name',
    ])
    .select((by) =>
      by
        .and([
          by('members.is_break_glass', '=', true),
          // Somebody who was unmade an owner is like everybody else again.
          by.exists(
            by
              .selectFrom('role_grants')
              .select('role_grants.role_id')
              .whereRef('role_grants.member_id', '=', 'members.id')
              .where('role_grants.role_id', '=', 'owner'),
          ),
        ])
        .as('is_break_glass'),
    )
    .where('members.id', '=', memberId)
    .executeTakeFirst();

export const markBreakGlass = (tx: Database, memberId: string) =>
  tx.updateTable('members').set({ is_break_glass: true }).where('id', '=', memberId).execute();

const othersThan: readonly SignInMethod[] = ['password', 'passkey', 'link'];

export interface PastSignOn {
  workspaceId: string;
  exceptSessionId: string;
  exceptMemberIds: readonly string[];
}

const sessionsPastSignOn = (db: Database, { workspaceId, exceptSessionId, exceptMemberIds }: PastSignOn) =>
  db
    .selectFrom('sessions')
    .select('id')
    .where('workspace_id', '=', workspaceId)
    .where('method', 'in', othersThan)
    .where('id', '!=', exceptSessionId)
    .$if(exceptMemberIds.length > 0, (query) => query.where('member_id', 'not in', exceptMemberIds));

export const countSessionsPastSignOn = async (db: Database, now: Date, past: PastSignOn): Promise<number> => {
  const { count } = await db
    .selectFrom('sessions')
    .select((by) => by.fn.countAll().as('count'))
    .where('expires_at', '>', now)
    .where('id', 'in', sessionsPastSignOn(db, past))
    .executeTakeFirstOrThrow();
  return Number(count);
};

/** @returns whose they were */
export const deleteSessionsPastSignOn = async (tx: Database, past: PastSignOn): Promise<string[]> => {
  const gone = await tx
    .deleteFrom('sessions')
    .where('id', 'in', sessionsPastSignOn(tx, past))
    .returning('member_id')
    .execute();
  return gone.map((row) => row.member_id);
};

export const findSignOnOfSession = (db: Database, sessionId: string) =>
  db
    .selectFrom('sessions')
    .select(['id', 'sso_connection_id', 'sealed_sso_logout_hint'])
    .where('id', '=', sessionId)
    .where('sso_connection_id', 'is not', null)
    .executeTakeFirst();
