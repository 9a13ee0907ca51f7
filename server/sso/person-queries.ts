import type { Database } from '#server/db/open-database.ts';
import type { Person } from '#server/db/person-rows.ts';

export const listAccountsOf = (db: Database, { workspaceId, memberId }: Person) =>
  db
    .selectFrom('sso_accounts as a')
    .innerJoin('sso_connections as c', 'c.id', 'a.connection_id')
    .select(['c.name as connection', 'a.subject', 'a.linked_at', 'a.last_used_at'])
    .where('a.workspace_id', '=', workspaceId)
    .where('a.member_id', '=', memberId)
    .orderBy('a.linked_at')
    .execute();
