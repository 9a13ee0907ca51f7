import type { Insertable, Updateable } from 'kysely';
import type { Database } from '#server/db/open-database.ts';
import type { Tables } from '#server/db/tables.ts';

interface OfConnection {
  workspaceId: string;
  connectionId: string;
}

export const listInstallations = (db: Database, workspaceId: string) =>
  db
    .selectFrom('git_installations')
    .leftJoin('git_repositories', (join) =>
      join
        .onRef('git_repositories.installation_id', '=', 'git_installations.id')
        .on('git_repositories.removed_at', 'is', null),
    )
    .selectAll('git_installations')
    .select((by) => by.fn.count('git_repositories.id').as('repositories'))
    .where('git_installations.workspace_id', '=', workspaceId)
    .groupBy('git_installations.id')
    .orderBy('git_installations.account')
    .orderBy('git_installations.id')
    .execute();

export type InstallationWithCount = Awaited<ReturnType<typeof listInstallations>>[number];

export const findInstallation = (db: Database, of: OfConnection, externalId: string) =>
  db
    .selectFrom('git_installations')
    .selectAll()
    .where('workspace_id', '=', of.workspaceId)
    .where('connection_id', '=', of.connectionId)
    .where('external_id', '=', externalId)
    .executeTakeFirst();

export const lockInstallation = (tx: Database, of: OfConnection, externalId: string) =>
  tx
    .selectFrom('git_installations')
    .selectAll()
    .where('workspace_id', '=', of.workspaceId)
    .where('connection_id', '=', of.connectionId)
    .where('external_id', '=', externalId)
    .forUpdate()
    .executeTakeFirst();

export type InstallationRow = NonNullable<Awaited<ReturnType<typeof lockInstallation>>>;

/** False when somebody else wrote it down at this moment. */
export const insertInstallation = async (
  tx: Database,
  row: Insertable<Tables['git_installations']>,
): Promise<boolean> =>
  (await tx
    .insertInto('git_installations')
    .values(row)
    .onConflict((conflict) => conflict.doNothing())
    .returning('id')
    .executeTakeFirst()) !== undefined;

export const updateInstallation = (
  tx: Database,
  { workspace_id, id }: Pick<InstallationRow, 'workspace_id' | 'id'>,
  change: Updateable<Tables['git_installations']>,
) =>
  tx
    .updateTable('git_installations')
    .set(change)
    .where('workspace_id', '=', workspace_id)
    .where('id', '=', id)
    .execute();

/** Those that are thought to be there, asked last before this. */
export const listPresentInstallations = (db: Database, of: OfConnection) =>
  db
    .selectFrom('git_installations')
    .selectAll()
    .where('workspace_id', '=', of.workspaceId)
    .where('connection_id', '=', of.connectionId)
    .where('state', '!=', 'removed')
    .orderBy('id')
    .execute();
