import { setCosts } from '#server/activity/index.ts';
import type { Database } from '#server/db/open-database.ts';
import type { Services } from '#server/services.ts';
import {
  type CallCost,
  type Correction,
  hasRunningCalls,
  nextCalls,
  saveCosts,
  saveProgress,
  settledAfterMs,
  takeCorrection,
} from './correction-queries.ts';
import type { CallRow } from './gateway-queries.ts';
import { priceCall } from './price-call.ts';
import { readPriceRules } from './price-queries.ts';
import { type PriceRule, pricesAt } from './prices-in-force.ts';

const callsEachBatch = 500;

/** What a call costs by the history as it is now; null for one that has no tokens, or costs that already. */
function changedCost(rules: readonly PriceRule[], row: CallRow): CallCost | null {
  if (row.model === null || row.input_tokens === null || row.output_tokens === null) return null;
  const priced = priceCall(pricesAt(rules, { model: row.model, at: row.started_at }), {
    inputTokens: row.input_tokens,
    cachedInputTokens: row.cached_input_tokens ?? 0,
    outputTokens: row.output_tokens,
  });
  const isSame = priced.costUsd === row.cost_usd && priced.credits === row.credits;
  return isSame ? null : { id: row.id, ...priced };
}

async function repriceBatch(tx: Database, correction: Correction, now: Date): Promise<number> {
  const rows = await nextCalls(tx, correction, callsEachBatch);
  const last = rows.at(-1);
  if (!last) return 0;
  const rules = await readPriceRules(tx, correction.workspace_id);
  const costs = rows.map((row) => changedCost(rules, row)).filter((cost) => cost !== null);
  const byId = new Map(rows.map((row) => [row.id, row]));
  if (costs.length > 0) {
    await saveCosts(tx, correction.workspace_id, costs);
    const calls = costs.flatMap((cost) => {
      const row = byId.get(cost.id);
      return row ? [{ ...cost, threadId: row.thread_id, startedAt: row.started_at }] : [];
    });
    await setCosts(tx, { workspaceId: correction.workspace_id, calls, since: now });
  }
  await saveProgress(tx, correction.price_id, {
    place_at: last.started_at,
    place_id: last.id,
    calls_done: correction.calls_done + (correction.is_again ? 0 : rows.length),
    calls_changed: correction.calls_changed + costs.length,
  });
  return rows.length;
}

/** Once around is done; then once more over what could end under the former price, for as long as it can. */
async function endRound(
  tx: Database,
  { recorded_at, ...correction }: Correction & { recorded_at: Date },
  now: Date,
): Promise<void> {
  const isSettled = now.getTime() - recorded_at.getTime() >= settledAfterMs && !(await hasRunningCalls(tx, correction));
  await saveProgress(
    tx,
    correction.price_id,
    isSettled && correction.is_again
      ? { finished_at: now }
      : { is_again: true, place_at: correction.again_from, place_id: '' },
  );
}

/**
 * Prices the calls of corrected spans again, by the whole history as it stands, so that the order of corrections does not matter. Each
 * batch is a transaction with its place: it can be cut off anywhere and goes on there.
 */
export async function repriceCalls({ db, clock }: Pick<Services, 'db' | 'clock'>): Promise<{ calls: number }> {
  const seen: string[] = [];
  let calls = 0;
  for (;;) {
    const batch = await db.transaction().execute(async (tx) => {
      const correction = await takeCorrection(tx, seen);
      if (!correction) return null;
      const done = await repriceBatch(tx, correction, clock());
      if (done === 0) {
        await endRound(tx, correction, clock());
        seen.push(correction.price_id);
      }
      return done;
    });
    if (batch === null) return { calls };
    calls += batch;
  }
}
