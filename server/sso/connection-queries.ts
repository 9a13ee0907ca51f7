import type { Insertable, Updateable } from 'kysely';
import type { Database } from '#server/db/open-database.ts';
import type { Tables } from '#server/db/tables.ts';

export const findConnection = (db: Database, workspaceId: string, id: string) =>
  db
    .selectFrom('sso_connections')
    .selectAll()
    .where('workspace_id', '=', workspaceId)
    .where('id', '=', id)
    .executeTakeFirst();

export type ConnectionRow = NonNullable<Awaited<ReturnType<typeof findConnection>>>;

/** By id alone: before a sign-in no workspace is known. */
export const findConnectionOfSignIn = async (db: Database, id: string): Promise<ConnectionRow | null> =>
  // Anybody may ask, and PostgreSQL takes no text with U+0000.
  id.includes('\0')
    ? null
    : ((await db.selectFrom('sso_connections').selectAll().where('id', '=', id).executeTakeFirst()) ?? null);

export const listConnections = (db: Database, workspaceId: string) =>
  db
    .selectFrom('sso_connections')
    .selectAll()
    .where('workspace_id', '=', workspaceId)
    .orderBy('created_at')
    .orderBy('id')
    .execute();

export const lockConnection = (tx: Database, workspaceId: string, id: string) =>
  tx
    .selectFrom('sso_connections')
    .selectAll()
    .where('workspace_id', '=', workspaceId)
    .where('id', '=', id)
    .forUpdate()
    .executeTakeFirst();

/** Until the transaction ends nobody changes it; attempts and accounts may refer to it meanwhile. */
export const holdConnection = (tx: Database, id: string) =>
  tx.selectFrom('sso_connections').selectAll().where('id', '=', id).forNoKeyUpdate().executeTakeFirst();

/** False when there is one of that name. */
export const insertConnection = async (tx: Database, row: Insertable<Tables['sso_connections']>): Promise<boolean> =>
  (await tx
    .insertInto('sso_connections')
    .values(row)
    .onConflict((conflict) => conflict.doNothing())
    .returning('id')
    .executeTakeFirst()) !== undefined;

export const updateConnection = (tx: Database, id: string, change: Updateable<Tables['sso_connections']>) =>
  tx.updateTable('sso_connections').set(change).where('id', '=', id).execute();

export const deleteConnection = (tx: Database, id: string) =>
  tx.deleteFrom('sso_connections').where('id', '=', id).execute();

export const isConnectionNameTaken = async (
  db: Database,
  workspaceId: string,
  { name, exceptId }: { name: string; exceptId: string },
): Promise<boolean> =>
  (await db
    .selectFrom('sso_connections')
    .select('id')
    .where('workspace_id', '=', workspaceId)
    .where((by) => by(by.fn<string>('lower', ['name']), '=', name.toLowerCase()))
    .where('id', '!=', exceptId)
    .executeTakeFirst()) !== undefined;

export const countEnabledConnections = async (db: Database, workspaceId: string): Promise<number> => {
  const { count } = await db
    .selectFrom('sso_connections')
    .select((by) => by.fn.countAll().as('count'))
    .where('workspace_id', '=', workspaceId)
    .where('status', '=', 'enabled')
    .executeTakeFirstOrThrow();
  return Number(count);
};

export const readIsRequired = async (db: Database, workspaceId: string): Promise<boolean> =>
  (await db.selectFrom('workspaces').select('sso_required').where('id', '=', workspaceId).executeTakeFirst())
    ?.sso_required ?? false;

/** The roles that come with these groups, for whoever lets the identity provider put people into them. */
export const listRolesOfGroups = async (db: Database, workspaceId: string, groupIds: readonly string[]) =>
  groupIds.length === 0
    ? []
    : db
        .selectFrom('groups')
        .leftJoin('role_grants', 'role_grants.group_id', 'groups.id')
        .select(['groups.id', 'groups.name', 'groups.source', 'role_grants.role_id'])
        .where('groups.workspace_id', '=', workspaceId)
        .where('groups.id', 'in', groupIds)
        .execute();
