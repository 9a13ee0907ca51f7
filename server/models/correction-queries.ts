import { type Selectable, sql } from 'kysely';
import type { Database } from '#server/db/open-database.ts';
import type { Tables } from '#server/db/tables.ts';
import type { CallRow } from './gateway-queries.ts';
import type { PriceRow } from './price-queries.ts';

export type Correction = Selectable<Tables['price_corrections']>;

/** Calls are written soon after they begin; one that is not there yet after this is not coming. */
export const settledAfterMs = 120_000;

export async function openCorrection(
  tx: Database,
  { price, until }: { price: PriceRow; until: Date | null },
): Promise<void> {
  const span = { workspace_id: price.workspace_id, model: price.model, from_at: price.valid_from, until_at: until };
  const running = await callsOf(tx, span)
    .where('outcome', '=', 'running')
    .select((eb) => eb.fn.min('started_at').as('since'))
    .executeTakeFirst();
  const recentMs = price.recorded_at.getTime() - settledAfterMs;
  await tx
    .insertInto('price_corrections')
    .values({
      price_id: price.id,
      ...span,
      again_from: new Date(Math.min(recentMs, running?.since?.getTime() ?? recentMs)),
      place_at: null,
      place_id: null,
      finished_at: null,
    })
    .execute();
}

/** One that is not done, with when it was recorded, for whoever locks it first. */
export async function takeCorrection(tx: Database, except: readonly string[]) {
  let query = tx
    .selectFrom('price_corrections as c')
    .innerJoin('model_prices as p', 'p.id', 'c.price_id')
    .selectAll('c')
    .select('p.recorded_at')
    .where('c.finished_at', 'is', null);
  if (except.length > 0) query = query.where('c.price_id', 'not in', [...except]);
  return query.orderBy('p.recorded_at').limit(1).forUpdate('c').skipLocked().executeTakeFirst();
}

type Span = Pick<Correction, 'workspace_id' | 'model' | 'from_at' | 'until_at'>;

const callsOf = (db: Database, { workspace_id, model, from_at, until_at }: Span) => {
  let query = db
    .selectFrom('model_calls')
    .where('workspace_id', '=', workspace_id)
    .where('started_at', '>=', from_at)
    // A refusal names whatever model the client asked for.
    .where('outcome', '<>', 'refused');
  if (until_at !== null) query = query.where('started_at', '<', until_at);
  return model === null ? query : query.where('model', '=', model);
};

/** The next calls of a correction after its place, oldest first. */
export function nextCalls(tx: Database, correction: Correction, limit: number): Promise<CallRow[]> {
  const { place_at, place_id } = correction;
  let query = callsOf(tx, correction).selectAll();
  if (place_at !== null && place_id !== null)
    query = query.where((eb) =>
      eb.or([eb('started_at', '>', place_at), eb.and([eb('started_at', '=', place_at), eb('id', '>', place_id)])]),
    );
  return query.orderBy('started_at').orderBy('id').limit(limit).execute();
}

/** Calls that began under the old price and are not done: they bring it with them when they end. */
export async function hasRunningCalls(tx: Database, correction: Correction): Promise<boolean> {
  const running = await callsOf(tx, correction).select('id').where('outcome', '=', 'running').limit(1).execute();
  return running.length > 0;
}

export interface CallCost {
  id: string;
  costUsd: number | null;
  credits: number | null;
}

export async function saveCosts(tx: Database, workspaceId: string, costs: readonly CallCost[]): Promise<void> {
  await sql`update model_calls c set cost_usd = n."costUsd", credits = n.credits
    from json_to_recordset(${JSON.stringify(costs)}::json) as n (id text, "costUsd" double precision, credits double precision)
    where c.workspace_id = ${workspaceId} and c.id = n.id`.execute(tx);
}

export async function saveProgress(
  tx: Database,
  priceId: string,
  change: Partial<
    Pick<Correction, 'place_at' | 'place_id' | 'is_again' | 'calls_done' | 'calls_changed' | 'finished_at'>
  >,
): Promise<void> {
  await tx.updateTable('price_corrections').set(change).where('price_id', '=', priceId).execute();
}
