import type { PolicySetPlan } from '#contract/policy-set.ts';

export interface NamedRule {
  groupId: string;
  group: string;
  policyId: string;
  policy: string;
}

type RuleChange = PolicySetPlan['order'][number];

/** The most rules that can keep their places while the others move around them: a longest increasing subsequence. */
function keptInPlace(places: readonly number[]): Set<number> {
  const tails: number[] = [];
  const before: (number | undefined)[] = [];
  for (const [at, place] of places.entries()) {
    let low = 0;
    let high = tails.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((places[tails[middle] ?? 0] ?? 0) < place) low = middle + 1;
      else high = middle;
    }
    before[at] = low === 0 ? undefined : tails[low - 1];
    tails[low] = at;
  }
  const kept = new Set<number>();
  for (let at = tails.at(-1); at !== undefined; at = before[at]) kept.add(at);
  return kept;
}

/** What happens to each rule of an order, in the order it comes in afterwards; what is gone comes last. */
export function compareRules(before: readonly NamedRule[], after: readonly NamedRule[]): RuleChange[] {
  const placeBefore = new Map(before.map(({ groupId }, place) => [groupId, place]));
  const stayed = after.filter(({ groupId }) => placeBefore.has(groupId));
  const inPlace = keptInPlace(stayed.map(({ groupId }) => placeBefore.get(groupId) ?? 0));
  const moved = new Set(stayed.filter((_rule, at) => !inPlace.has(at)).map(({ groupId }) => groupId));
  const changes: RuleChange[] = [];
  for (const { groupId, group, policyId, policy } of after) {
    const place = placeBefore.get(groupId);
    const was = place === undefined ? undefined : before[place];
    const facts = { group, from: was?.policy ?? null, to: policy };
    if (!was) changes.push({ change: 'add', ...facts });
    if (moved.has(groupId)) changes.push({ change: 'move', ...facts });
    if (was && was.policyId !== policyId) changes.push({ change: 'replace', ...facts });
  }
  const wanted = new Set(after.map(({ groupId }) => groupId));
  for (const { groupId, group, policy } of before)
    if (!wanted.has(groupId)) changes.push({ change: 'remove', group, from: policy, to: null });
  return changes;
}
