import { type Insertable, type Selectable, sql } from 'kysely';
import type { Database } from '#server/db/open-database.ts';
import type { Tables } from '#server/db/tables.ts';
import type { PriceRule } from './prices-in-force.ts';

export type PriceRow = Selectable<Tables['model_prices']>;

/** What decides prices of a workspace as one JSON value, in the order it was recorded. `model`: rows about it and about no model. */
export const priceRules = (model: { ref: string } | null) => sql<PriceRule[]>`(
  select coalesce(json_agg(json_build_object('model', p.model, 'unit', p.unit, 'input', p.input_per_million,
      'cachedInput', p.cached_input_per_million, 'output', p.output_per_million, 'perUsd', p.per_usd,
      'validFromMs', round(extract(epoch from p.valid_from) * 1000), 'recordedAtMs', round(extract(epoch from p.recorded_at) * 1000))
    order by p.recorded_at, p.id), '[]'::json)
  from model_prices p
  where p.workspace_id = ${sql.ref('m.workspace_id')} and p.withdrawn_at is null
    and ${model === null ? sql`true` : sql`(p.model is null or p.model = ${sql.ref(model.ref)})`})`;

export async function readPriceRules(db: Database, workspaceId: string): Promise<PriceRule[]> {
  const { rows } = await sql<{ rules: PriceRule[] }>`
    select ${priceRules(null)} as rules from (select ${workspaceId}::text as workspace_id) m`.execute(db);
  return rows[0]?.rules ?? [];
}

export const listPrices = (db: Database, workspaceId: string, model: string | null) => {
  let query = db
    .selectFrom('model_prices as p')
    .leftJoin('price_corrections as c', 'c.price_id', 'p.id')
    .selectAll('p')
    .select([
      'c.price_id as correction_id',
      'c.calls_done as calls_done',
      'c.calls_changed as calls_changed',
      'c.finished_at as finished_at',
    ])
    .where('p.workspace_id', '=', workspaceId);
  if (model !== null) query = query.where((eb) => eb.or([eb('p.model', '=', model), eb('p.model', 'is', null)]));
  return query.orderBy('p.recorded_at').orderBy('p.id').execute();
};
export type ListedPrice = Awaited<ReturnType<typeof listPrices>>[number];

export const insertPrice = (tx: Database, row: Insertable<Tables['model_prices']>): Promise<PriceRow> =>
  tx.insertInto('model_prices').values(row).returningAll().executeTakeFirstOrThrow();

/** Of a planned price only: what has begun stays. */
export const withdrawPrice = (
  tx: Database,
  { workspaceId, id, at, by }: { workspaceId: string; id: string; at: Date; by: string },
): Promise<PriceRow | undefined> =>
  tx
    .updateTable('model_prices')
    .set({ withdrawn_at: at, withdrawn_by: by })
    .where('workspace_id', '=', workspaceId)
    .where('id', '=', id)
    .where('valid_from', '>', at)
    .where('withdrawn_at', 'is', null)
    .returningAll()
    .executeTakeFirst();

export async function isPricedModel(db: Database, workspaceId: string, model: string): Promise<boolean> {
  const { rows } = await sql<{ known: boolean }>`select
    exists (select 1 from models where workspace_id = ${workspaceId} and slug = ${model})
    or exists (select 1 from model_prices where workspace_id = ${workspaceId} and model = ${model}) as known`.execute(
    db,
  );
  return rows[0]?.known ?? false;
}
