import type { AcceptedLines, LeafRow } from './usage-queries.ts';
import type { Amounts, CodeAttribution, UsageRow } from './wire.ts';

interface Sum {
  calls: number;
  unpricedCalls: number;
  inputTokens: number;
  cachedInputTokens: number;
  outputTokens: number;
  credits: number;
  costUsd: number;
  threads: number;
  turns: number;
}

const nothing = (): Sum => ({
  calls: 0,
  unpricedCalls: 0,
  inputTokens: 0,
  cachedInputTokens: 0,
  outputTokens: 0,
  credits: 0,
  costUsd: 0,
  threads: 0,
  turns: 0,
});

/** A thread counts once at each level, so that each level brings its own number. */
function add(sum: Sum, leaf: LeafRow, { threads, turns }: { threads: number; turns: number }): void {
  sum.calls += leaf.calls;
  sum.unpricedCalls += leaf.unpricedCalls;
  sum.inputTokens += leaf.inputTokens;
  sum.cachedInputTokens += leaf.cachedInputTokens;
  sum.outputTokens += leaf.outputTokens;
  sum.credits += leaf.credits;
  sum.costUsd += leaf.costUsd;
  sum.threads += threads;
  sum.turns += turns;
}

function sumOf<Key>(sums: Map<Key, Sum>, key: Key): Sum {
  const known = sums.get(key);
  if (known) return known;
  const sum = nothing();
  sums.set(key, sum);
  return sum;
}

/** The same order whatever the rows came in. */
const byName = <Key extends string>(sums: ReadonlyMap<Key, Sum>): [Key, Sum][] =>
  [...sums].sort(([one], [other]) => (one < other ? -1 : 1));

/** Sums of binary fractions end in noise: six digits are less than any price needs. */
const sixDigits = (value: number) => Math.round(value * 1e6) / 1e6;

const amounts = (sum: Sum): Amounts => ({
  credits: sixDigits(sum.credits),
  estimated_cost_usd: sum.unpricedCalls === sum.calls ? null : Math.round(sum.costUsd * 100) / 100,
  uncached_text_input_tokens: Math.max(0, sum.inputTokens - sum.cachedInputTokens),
  cached_text_input_tokens: sum.cachedInputTokens,
  text_output_tokens: sum.outputTokens,
  text_total_tokens: sum.inputTokens + sum.outputTokens,
});
const counted = (sum: Sum) => ({ threads: sum.threads, turns: sum.turns, ...amounts(sum) });

interface Whose {
  startTime: number;
  endTime: number;
  /** Null: the whole workspace. */
  member: { id: string; email: string | null } | null;
  lines: AcceptedLines | undefined;
}

const attribution = ({ added, removed }: AcceptedLines): CodeAttribution => ({
  lines_of_code: { added, removed, committed: null, total_committed_lines: null, committed_percentage: null },
  commits: null,
});

/** One row of the answer from what was used of each surface and model. */
export function usageRow(leaves: readonly LeafRow[], { startTime, endTime, member, lines }: Whose): UsageRow {
  const totals = nothing();
  const clients = new Map<LeafRow['surface'], Sum>();
  const models = new Map<string, Sum>();
  for (const leaf of leaves) {
    add(totals, leaf, leaf);
    add(sumOf(clients, leaf.surface), leaf, { threads: leaf.threadsOfSurface, turns: leaf.turnsOfSurface });
    add(sumOf(models, leaf.model === '' ? 'other' : leaf.model), leaf, { threads: 0, turns: 0 });
  }
  const isKnown = member !== null && member.id !== '';
  return {
    object: 'workspace.codex.usage.result',
    start_time: startTime,
    end_time: endTime,
    user_id: isKnown ? member.id : null,
    actor: isKnown ? { type: 'ACCOUNT_USER', user_id: member.id, email: member.email } : null,
    totals: counted(totals),
    clients: byName(clients).map(([client_id, sum]) => ({ client_id, ...counted(sum) })),
    // Which speed a call was made with is not in its record.
    models: byName(models).map(([model, sum]) => ({ model, speed: null, ...amounts(sum) })),
    code_attribution: lines ? attribution(lines) : null,
  };
}
