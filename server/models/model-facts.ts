import { sql } from 'kysely';
import type { Database } from '#server/db/open-database.ts';
import { readPriceRules } from './price-queries.ts';
import { pricesAt } from './prices-in-force.ts';

const hourMs = 60 * 60 * 1000;

export interface ModelFacts {
  /** `api.example.com`; null when no upstream is set. */
  upstreamHost: string | null;
  models: number;
  hasDefault: boolean;
  unpricedModels: number;
  callsLast24Hours: number;
  refusalsLast24Hours: number;
  /** Null when none of the calls had a price. */
  costUsdLast24Hours: number | null;
  completedEver: boolean;
  /** Within the last 24 hours. */
  newestCallEndedAt: Date | null;
  /** Failures at the upstream in the last hour that no completed call came after. */
  failuresInARow: number;
}

interface CallCounts {
  calls: number;
  refusals: number;
  cost: number | null;
  failures: number;
  has_completed: boolean;
  newest: Date | null;
}

async function countCalls(db: Database, workspaceId: string, now: Date): Promise<CallCounts | undefined> {
  const dayAgo = new Date(now.getTime() - 24 * hourMs);
  const hourAgo = new Date(now.getTime() - hourMs);
  const { rows } = await sql<CallCounts>`select
    count(*) filter (where outcome <> 'refused') as calls,
    count(*) filter (where outcome = 'refused') as refusals,
    sum(cost_usd) as cost, max(ended_at) as newest,
    count(*) filter (where outcome = 'failed' and started_at > ${hourAgo} and started_at > coalesce(
      (select max(started_at) from model_calls where workspace_id = ${workspaceId} and started_at > ${hourAgo} and outcome = 'completed'),
      timestamptz 'epoch')) as failures,
    exists (select 1 from model_calls where workspace_id = ${workspaceId} and outcome = 'completed') as has_completed
    from model_calls where workspace_id = ${workspaceId} and started_at > ${dayAgo}`.execute(db);
  return rows[0];
}

const hostOf = (baseUrl: string): string => (URL.canParse(baseUrl) ? new URL(baseUrl).host : baseUrl);

/** What the overview says about the models and their use. */
export async function readModelFacts(db: Database, workspaceId: string, { now }: { now: Date }): Promise<ModelFacts> {
  const upstream = await db
    .selectFrom('model_upstreams')
    .select('base_url')
    .where('workspace_id', '=', workspaceId)
    .executeTakeFirst();
  const models = await db
    .selectFrom('models')
    .select(['slug', 'is_default'])
    .where('workspace_id', '=', workspaceId)
    .execute();
  const rules = await readPriceRules(db, workspaceId);
  const counts = await countCalls(db, workspaceId, now);
  return {
    upstreamHost: upstream ? hostOf(upstream.base_url) : null,
    models: models.length,
    hasDefault: models.some((model) => model.is_default),
    unpricedModels: models.filter(({ slug }) => pricesAt(rules, { model: slug, at: now }).usd === null).length,
    callsLast24Hours: Number(counts?.calls ?? 0),
    refusalsLast24Hours: Number(counts?.refusals ?? 0),
    costUsdLast24Hours: counts?.cost === null || counts === undefined ? null : Number(counts.cost),
    completedEver: counts?.has_completed ?? false,
    newestCallEndedAt: counts?.newest ?? null,
    failuresInARow: Number(counts?.failures ?? 0),
  };
}
