import type { Figures } from '#contract/analytics-figures.ts';
import type { LeafRow, UsageFilter } from './usage-queries.ts';

type By = 'surface' | 'model' | 'group';

/** Which of the columns for distinct things counts each once, where these columns are fixed. */
function levelOf(filter: UsageFilter, by?: By): string {
  const hasSurface = filter.surface !== undefined || by === 'surface';
  const hasModel = filter.model !== undefined || by === 'model';
  if (filter.client !== undefined) return hasModel ? '_of_leaf' : '_of_client';
  if (hasSurface && hasModel) return '_of_surface_model';
  if (hasSurface) return '_of_surface';
  return hasModel ? '_of_model' : '';
}

const figure = (row: LeafRow, name: string): number => Number(row[name] ?? 0);

/** The sum of rows. For one member `activeMembers` is whether there was any call. */
export function figuresOf(
  rows: readonly LeafRow[],
  { filter, by }: { filter: UsageFilter; by?: By | undefined },
): Figures {
  const level = levelOf(filter, by);
  const sum = (name: string) => rows.reduce((total, row) => total + figure(row, name), 0);
  const calls = sum('calls');
  const inputTokens = sum('input_tokens');
  const cachedInputTokens = sum('cached_input_tokens');
  const outputTokens = sum('output_tokens');
  return {
    activeMembers: filter.memberId === undefined ? sum(`members${level}`) : Math.min(1, calls),
    threads: sum(`threads${level}`),
    turns: sum(`turns${level}`),
    calls,
    failedCalls: sum('failed_calls'),
    refusedCalls: sum('refused_calls'),
    unpricedCalls: sum('unpriced_calls'),
    uncachedInputTokens: inputTokens - cachedInputTokens,
    cachedInputTokens,
    outputTokens,
    reasoningTokens: sum('reasoning_tokens'),
    totalTokens: inputTokens + outputTokens,
    credits: sum('credits'),
    costUsd: sum('cost_usd'),
  };
}

/** One for each bucket, in their order. */
export function seriesOf(
  rows: readonly LeafRow[],
  buckets: readonly string[],
  options: { filter: UsageFilter; by?: By | undefined },
): Figures[] {
  const byBucket = Map.groupBy(rows, ({ bucket }) => bucket);
  return buckets.map((bucket) => figuresOf(byBucket.get(bucket) ?? [], options));
}
