import type { Insertable, Selectable } from 'kysely';
import type { Database } from '#server/db/open-database.ts';
import type { Tables } from '#server/db/tables.ts';
import { upstreamKeyName } from './gateway-queries.ts';

export type ModelRow = Selectable<Tables['models']>;

/** The default first, then in the order they were allowed. */
export const listModels = (db: Database, workspaceId: string): Promise<ModelRow[]> =>
  db
    .selectFrom('models')
    .selectAll()
    .where('workspace_id', '=', workspaceId)
    .orderBy('is_default', 'desc')
    .orderBy('created_at')
    .orderBy('slug')
    .execute();

/** Serialises changes of one workspace's models, so that there is exactly one default. */
export async function lockModels(tx: Database, workspaceId: string): Promise<void> {
  await tx.selectFrom('workspaces').select('id').where('id', '=', workspaceId).forUpdate().execute();
}

export async function clearDefault(tx: Database, workspaceId: string): Promise<void> {
  await tx
    .updateTable('models')
    .set({ is_default: false })
    .where('workspace_id', '=', workspaceId)
    .where('is_default', '=', true)
    .execute();
}

export const insertModel = (tx: Database, row: Insertable<Tables['models']>): Promise<ModelRow> =>
  tx.insertInto('models').values(row).returningAll().executeTakeFirstOrThrow();

export const updateModel = (
  tx: Database,
  workspaceId: string,
  slug: string,
  change: Partial<Omit<Insertable<Tables['models']>, 'workspace_id' | 'slug' | 'created_at'>>,
): Promise<ModelRow> =>
  tx
    .updateTable('models')
    .set(change)
    .where('workspace_id', '=', workspaceId)
    .where('slug', '=', slug)
    .returningAll()
    .executeTakeFirstOrThrow();

export async function deleteModel(tx: Database, workspaceId: string, slug: string): Promise<void> {
  await tx.deleteFrom('models').where('workspace_id', '=', workspaceId).where('slug', '=', slug).execute();
}

export async function readUpstream(db: Database, workspaceId: string) {
  const upstream = await db
    .selectFrom('model_upstreams')
    .select(['base_url as baseUrl', 'updated_at as updatedAt'])
    .where('workspace_id', '=', workspaceId)
    .executeTakeFirst();
  const key = await db
    .selectFrom('secrets')
    .select(['sealed', 'hint', 'updated_at as updatedAt'])
    .where('workspace_id', '=', workspaceId)
    .where('name', '=', upstreamKeyName)
    .executeTakeFirst();
  return { upstream: upstream ?? null, key: key ?? null };
}
export type StoredUpstream = Awaited<ReturnType<typeof readUpstream>>;

export async function saveUpstream(
  tx: Database,
  { workspaceId, baseUrl, at }: { workspaceId: string; baseUrl: string; at: Date },
): Promise<void> {
  await tx
    .insertInto('model_upstreams')
    .values({ workspace_id: workspaceId, base_url: baseUrl, updated_at: at })
    .onConflict((conflict) => conflict.column('workspace_id').doUpdateSet({ base_url: baseUrl, updated_at: at }))
    .execute();
}

export async function saveUpstreamKey(
  tx: Database,
  { workspaceId, sealed, hint, at }: { workspaceId: string; sealed: string; hint: string; at: Date },
): Promise<void> {
  const values = { sealed, hint, updated_at: at };
  await tx
    .insertInto('secrets')
    .values({ workspace_id: workspaceId, name: upstreamKeyName, ...values })
    .onConflict((conflict) => conflict.columns(['workspace_id', 'name']).doUpdateSet(values))
    .execute();
}

export async function deleteUpstreamKey(tx: Database, workspaceId: string): Promise<void> {
  await tx.deleteFrom('secrets').where('workspace_id', '=', workspaceId).where('name', '=', upstreamKeyName).execute();
}
