import type { Database } from '#server/db/open-database.ts';

/** Where a repository is for the git server: its number there, and the installation that reaches it. */
export const findPlace = (db: Database, workspaceId: string, repositoryId: string) =>
  db
    .selectFrom('git_repositories as r')
    .leftJoin('git_installations as i', 'i.id', 'r.installation_id')
    .select([
      'r.external_id as externalId',
      'i.external_id as installationId',
      'i.account',
      'i.account_kind as accountKind',
    ])
    .where('r.workspace_id', '=', workspaceId)
    .where('r.id', '=', repositoryId)
    .executeTakeFirst();

export const findLinkedAccount = (
  db: Database,
  workspaceId: string,
  { memberId, connectionId }: { memberId: string; connectionId: string },
) =>
  db
    .selectFrom('git_accounts')
    .select(['external_id as externalId', 'login'])
    .where('workspace_id', '=', workspaceId)
    .where('member_id', '=', memberId)
    .where('connection_id', '=', connectionId)
    .executeTakeFirst();

/** A login is a name that changes; the number stays. */
export const renameLinkedAccount = (
  db: Database,
  workspaceId: string,
  { connectionId, externalId, login }: { connectionId: string; externalId: string; login: string },
) =>
  db
    .updateTable('git_accounts')
    .set({ login })
    .where('workspace_id', '=', workspaceId)
    .where('connection_id', '=', connectionId)
    .where('external_id', '=', externalId)
    .execute();

export const findAuthor = (db: Database, workspaceId: string, memberId: string) =>
  db
    .selectFrom('members')
    .select(['name', 'email'])
    .where('workspace_id', '=', workspaceId)
    .where('id', '=', memberId)
    .executeTakeFirst();
