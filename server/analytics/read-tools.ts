import type { Database } from '#server/db/open-database.ts';
import { listMarks, type MarkPanel, type MarkRow } from './mark-queries.ts';
import type { Period } from './period.ts';
import type { UsageFilter } from './usage-queries.ts';

const sum = (rows: readonly MarkRow[], name: 'times' | 'failed' | 'duration_ms' | 'timed') =>
  rows.reduce((total, row) => total + row[name], 0);

/** Rows of one key together, with how often in each bucket. */
function byKey<Row>(
  rows: readonly MarkRow[],
  {
    keyOf,
    period,
    one,
  }: { keyOf: (row: MarkRow) => string; period: Period; one: (first: MarkRow, rows: readonly MarkRow[]) => Row },
): (Row & { times: number; series: number[] })[] {
  return [...Map.groupBy(rows, keyOf).values()].flatMap((ofKey) => {
    const [first] = ofKey;
    if (!first) return [];
    const times = new Map(ofKey.map((row) => [row.bucket, row.times]));
    const series = period.buckets.map((bucket) => times.get(bucket) ?? 0);
    return [{ ...one(first, ofKey), times: sum(ofKey, 'times'), series }];
  });
}

/** What tools were called, who decided about it and how, what was blocked and what the gateway refused. */
export async function readTools(
  db: Database,
  workspaceId: string,
  { period, filter }: { period: Period; filter: UsageFilter },
) {
  const list = (panel: MarkPanel) => listMarks(db, workspaceId, { panel, period, filter });
  return {
    ...period,
    tools: byKey(await list('tools'), {
      period,
      keyOf: ({ name }) => name,
      one: ({ name }, rows) => ({
        tool: name,
        failed: sum(rows, 'failed'),
        averageMs: sum(rows, 'timed') > 0 ? sum(rows, 'duration_ms') / sum(rows, 'timed') : null,
      }),
    }),
    decisions: byKey(await list('decisions'), {
      period,
      keyOf: ({ name, decided_by }) => JSON.stringify([name, decided_by]),
      one: ({ name, decided_by }) => ({ decision: name, decidedBy: decided_by }),
    }),
    blocked: byKey(await list('blocked'), {
      period,
      keyOf: ({ rule, policy_name, decided_by }) => JSON.stringify([rule, policy_name, decided_by]),
      one: ({ rule, policy_name, decided_by }, rows) => ({
        rule,
        policyName: policy_name === '' ? null : policy_name,
        whyPath: rule === '' ? null : `/why/${rule}`,
        decidedBy: decided_by,
        lastDay: rows.reduce((last, { last_day }) => (last_day > last ? last_day : last), ''),
      }),
    }),
    refusals: byKey(await list('refusals'), {
      period,
      keyOf: ({ name }) => name,
      one: ({ name }) => ({ code: name }),
    }),
  };
}
