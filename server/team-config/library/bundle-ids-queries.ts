import type { Database } from '#server/db/open-database.ts';

/** Over every workspace, and nothing but the ids: for removing what is on disk of those that are not among them. */
export const listLiveBundleIds = async (db: Database, ids: readonly string[]): Promise<string[]> => {
  if (ids.length === 0) return [];
  const rows = await db
    .selectFrom('team_config_bundles')
    .select('id')
    .where('id', 'in', [...ids])
    .where('deleted_at', 'is', null)
    .execute();
  return rows.map(({ id }) => id);
};
