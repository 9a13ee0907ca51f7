import type { Database } from '#server/db/open-database.ts';

/** Kept containers that have not expired, the newest first. Whether one still serves says its fingerprint. */
export const listKept = async (db: Database, workspaceId: string, environmentIds: readonly string[], now: Date) =>
  environmentIds.length === 0
    ? []
    : db
        .selectFrom('cloud_caches as c')
        .innerJoin('cloud_runners as r', 'r.id', 'c.runner_id')
        .select([
          'c.environment_id as environmentId',
          'c.fingerprint',
          'c.built_at as builtAt',
          'c.expires_at as expiresAt',
          'c.bytes',
          'r.name as runnerName',
        ])
        .where('c.workspace_id', '=', workspaceId)
        .where('c.environment_id', 'in', [...environmentIds])
        .where('c.expires_at', '>', now)
        .where('r.removed_at', 'is', null)
        .orderBy('c.built_at', 'desc')
        .execute();

/** @returns how many there were */
export async function forgetKept(tx: Database, workspaceId: string, environmentId: string): Promise<number> {
  const { numDeletedRows } = await tx
    .deleteFrom('cloud_caches')
    .where('workspace_id', '=', workspaceId)
    .where('environment_id', '=', environmentId)
    .executeTakeFirst();
  return Number(numDeletedRows);
}
