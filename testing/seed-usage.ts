import type { CodexSurface } from '#contract/codex-surfaces.ts';
import type { Database } from '#server/db/open-database.ts';

export interface SeedUse {
  workspaceId: string;
  /** `YYYY-MM-DD`, UTC. */
  day: string;
  memberId: string;
  surface?: CodexSurface;
  model?: string;
  calls?: number;
  unpricedCalls?: number;
  refusedCalls?: number;
  inputTokens?: number;
  cachedInputTokens?: number;
  outputTokens?: number;
  credits?: number;
  costUsd?: number;
  threads?: number;
  threadsOfSurface?: number;
  turns?: number;
  turnsOfSurface?: number;
}

const figuresOf = (use: SeedUse) => {
  const { threads = 1, turns = 1 } = use;
  const { threadsOfSurface = threads, turnsOfSurface = turns } = use;
  return {
    workspace_id: use.workspaceId,
    zone: 'UTC',
    day: use.day,
    surface: use.surface ?? 'CODEX_CLI',
    client: 'codex_exec',
    model: use.model ?? 'corp-model',
    calls: use.calls ?? 1,
    failed_calls: 0,
    refused_calls: use.refusedCalls ?? 0,
    unpriced_calls: use.unpricedCalls ?? 0,
    input_tokens: use.inputTokens ?? 1_000,
    cached_input_tokens: use.cachedInputTokens ?? 250,
    output_tokens: use.outputTokens ?? 400,
    reasoning_tokens: 0,
    credits: use.credits ?? 0,
    cost_usd: use.costUsd ?? 0,
    threads,
    threads_of_surface: threadsOfSurface,
    threads_of_client: threads,
    threads_of_model: threads,
    threads_of_surface_model: threads,
    threads_of_leaf: threads,
    turns,
    turns_of_surface: turnsOfSurface,
    turns_of_client: turns,
    turns_of_model: turns,
    turns_of_surface_model: turns,
    turns_of_leaf: turns,
  };
};

const rowsEachInsert = 500;

async function inParts<Row>(rows: readonly Row[], insert: (part: Row[]) => Promise<unknown>): Promise<void> {
  for (let from = 0; from < rows.length; from += rowsEachInsert) await insert(rows.slice(from, from + rowsEachInsert));
}

/** What members used, as if it had been counted. */
export async function seedUsage(db: Database, uses: readonly SeedUse[]): Promise<void> {
  const rows = uses.map((use) => ({ ...figuresOf(use), member_id: use.memberId }));
  await inParts(rows, (part) => db.insertInto('usage_days').values(part).execute());
}

/** What the whole workspace used. */
export async function seedWorkspaceUsage(db: Database, uses: readonly Omit<SeedUse, 'memberId'>[]): Promise<void> {
  const members = {
    members: 1,
    members_of_surface: 1,
    members_of_client: 1,
    members_of_model: 1,
    members_of_surface_model: 1,
    members_of_leaf: 1,
  };
  const rows = uses.map((use) => ({
    ...figuresOf({ ...use, memberId: '' }),
    ...members,
    grain: 'day' as const,
    group_id: '',
  }));
  await inParts(rows, (part) => db.insertInto('usage_totals').values(part).execute());
}
