import type { Database } from '#server/db/open-database.ts';

/** Names and who saved them, never the secret. */
export const listSecretNames = async (db: Database, workspaceId: string, environmentIds: readonly string[]) =>
  environmentIds.length === 0
    ? []
    : db
        .selectFrom('cloud_environment_secrets')
        .select(['environment_id as environmentId', 'name', 'updated_at as updatedAt', 'updated_by as updatedBy'])
        .where('workspace_id', '=', workspaceId)
        .where('environment_id', 'in', [...environmentIds])
        .orderBy('name')
        .execute();

export const listSealedOf = (db: Database, workspaceId: string, environmentId: string) =>
  db
    .selectFrom('cloud_environment_secrets')
    .select(['name', 'sealed'])
    .where('workspace_id', '=', workspaceId)
    .where('environment_id', '=', environmentId)
    .orderBy('name')
    .execute();

export async function putSecret(
  tx: Database,
  workspaceId: string,
  row: { environmentId: string; name: string; sealed: string; at: Date; by: string },
): Promise<void> {
  const set = { sealed: row.sealed, updated_at: row.at, updated_by: row.by };
  await tx
    .insertInto('cloud_environment_secrets')
    .values({ environment_id: row.environmentId, workspace_id: workspaceId, name: row.name, ...set })
    .onConflict((conflict) => conflict.columns(['environment_id', 'name']).doUpdateSet(set))
    .execute();
}

/** @returns whether there was one */
export async function deleteSecret(
  tx: Database,
  workspaceId: string,
  { environmentId, name }: { environmentId: string; name: string },
): Promise<boolean> {
  const { numDeletedRows } = await tx
    .deleteFrom('cloud_environment_secrets')
    .where('workspace_id', '=', workspaceId)
    .where('environment_id', '=', environmentId)
    .where('name', '=', name)
    .executeTakeFirst();
  return numDeletedRows > 0n;
}
