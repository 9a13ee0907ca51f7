import { type Insertable, sql, type Updateable } from 'kysely';
import type { Database } from '#server/db/open-database.ts';
import type { Tables } from '#server/db/tables.ts';

export const insertConnection = (tx: Database, row: Insertable<Tables['git_connections']>) =>
  tx.insertInto('git_connections').values(row).execute();

export const findConnection = (db: Database, workspaceId: string, id: string) =>
  db
    .selectFrom('git_connections')
    .selectAll()
    .where('workspace_id', '=', workspaceId)
    .where('id', '=', id)
    .where('removed_at', 'is', null)
    .executeTakeFirst();

export type ConnectionRow = NonNullable<Awaited<ReturnType<typeof findConnection>>>;

export const listConnections = (db: Database, workspaceId: string) =>
  db
    .selectFrom('git_connections')
    .selectAll()
    .where('workspace_id', '=', workspaceId)
    .where('removed_at', 'is', null)
    .orderBy('created_at')
    .orderBy('id')
    .execute();

/** Of every workspace that is not a proof's: what the jobs look after. */
export const listAllConnections = (db: Database) =>
  db
    .selectFrom('git_connections')
    .innerJoin('workspaces', 'workspaces.id', 'git_connections.workspace_id')
    .selectAll('git_connections')
    .where('git_connections.removed_at', 'is', null)
    .where('workspaces.proof_run_id', 'is', null)
    .orderBy('git_connections.id')
    .execute();

export const lockConnection = (tx: Database, workspaceId: string, id: string) =>
  tx
    .selectFrom('git_connections')
    .selectAll()
    .where('workspace_id', '=', workspaceId)
    .where('id', '=', id)
    .where('removed_at', 'is', null)
    .forUpdate()
    .executeTakeFirst();

export const updateConnection = (
  db: Database,
  { workspace_id, id }: Pick<ConnectionRow, 'workspace_id' | 'id'>,
  change: Updateable<Tables['git_connections']>,
) =>
  db
    .updateTable('git_connections')
    .set(change)
    .where('workspace_id', '=', workspace_id)
    .where('id', '=', id)
    .where('removed_at', 'is', null)
    .execute();

/** Of every workspace: those whose time is over. */
export const forgetFormerSecrets = async (db: Database, at: Date): Promise<number> =>
  Number(
    (
      await db
        .updateTable('git_connections')
        .set({ sealed_former_webhook_secret: null, former_webhook_secret_until: null })
        .where('former_webhook_secret_until', '<=', at)
        .executeTakeFirst()
    ).numUpdatedRows,
  );

/** Forgets its secrets and everybody's accounts; the row stays for what refers to it. */
export async function retireConnection(tx: Database, workspaceId: string, id: string, at: Date): Promise<void> {
  const nothing = {
    sealed_private_key: null,
    sealed_client_secret: null,
    sealed_webhook_secret: null,
    sealed_former_webhook_secret: null,
    former_webhook_secret_until: null,
    sealed_token: null,
  };
  await tx
    .updateTable('git_connections')
    .set({ ...nothing, removed_at: at })
    .where('workspace_id', '=', workspaceId)
    .where('id', '=', id)
    .execute();
  for (const table of ['git_accounts', 'git_deliveries'] as const)
    await tx.deleteFrom(table).where('workspace_id', '=', workspaceId).where('connection_id', '=', id).execute();
  await tx
    .updateTable('git_installations')
    .set({ state: 'removed' })
    .where('workspace_id', '=', workspaceId)
    .where('connection_id', '=', id)
    .execute();
  await tx
    .updateTable('git_repositories')
    .set({ removed_at: at, is_allowed: false })
    .where('workspace_id', '=', workspaceId)
    .where('connection_id', '=', id)
    .execute();
}

/** How many environments use each repository. */
export async function countEnvironments(db: Database, workspaceId: string): Promise<ReadonlyMap<string, number>> {
  const used = sql<string>`jsonb_array_elements_text(repository_ids)`;
  const rows = await db
    .selectFrom((from) =>
      from
        .selectFrom('cloud_environments')
        .select(used.as('repository_id'))
        .where('workspace_id', '=', workspaceId)
        .where('deleted_at', 'is', null)
        .as('used'),
    )
    .select((by) => ['used.repository_id', by.fn.countAll().as('count')])
    .groupBy('used.repository_id')
    .execute();
  return new Map(rows.map(({ repository_id, count }) => [repository_id, Number(count)]));
}
