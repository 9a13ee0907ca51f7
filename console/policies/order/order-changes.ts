import type { NamedRule, Order } from './order-draft.ts';

export interface OrderChange {
  kind: 'added' | 'removed' | 'moved' | 'policy' | 'fallback' | 'baseline';
  sentence: string;
}

/** The longest run of groups that keep their order: everything else was moved. Patience sorting, O(n log n). */
function keptInPlace(places: readonly number[]): Set<number> {
  const tails: number[] = [];
  const before = new Map<number, number | undefined>();
  for (const place of places) {
    let low = 0;
    let high = tails.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((tails[middle] ?? 0) < place) low = middle + 1;
      else high = middle;
    }
    before.set(place, tails[low - 1]);
    tails[low] = place;
  }
  const kept = new Set<number>();
  for (let place = tails.at(-1); place !== undefined; place = before.get(place)) kept.add(place);
  return kept;
}

/** What saving `after` in place of `before` does to the order itself, in words. */
export function orderChanges(before: Order, after: Order, nameOf: (policyId: string | null) => string): OrderChange[] {
  const old = new Map(before.items.map((rule, place) => [rule.groupId, { rule, place }]));
  const now = new Set(after.items.map(({ groupId }) => groupId));
  const placesBefore = after.items.flatMap(({ groupId }) => old.get(groupId)?.place ?? []);
  const kept = keptInPlace(placesBefore);
  const removed = before.items
    .filter(({ groupId }) => !now.has(groupId))
    .map(({ groupName }): OrderChange => ({ kind: 'removed', sentence: `${groupName} is taken out of the order.` }));
  const inOrder = after.items.flatMap((rule, index): OrderChange[] => {
    const was = old.get(rule.groupId);
    if (!was) return [added(rule, index, nameOf)];
    const isMoved = !kept.has(was.place);
    const hasOther = was.rule.policyId !== rule.policyId;
    return [
      ...(isMoved ? [moved(rule, was.place, index)] : []),
      ...(hasOther ? [replaced(rule, was.rule, nameOf)] : []),
    ];
  });
  return [
    ...removed,
    ...inOrder,
    ...other('fallback', 'The fallback', before.fallbackPolicyId, after.fallbackPolicyId, nameOf),
    ...other('baseline', 'The baseline', before.baselinePolicyId, after.baselinePolicyId, nameOf),
  ];
}

type NameOf = (policyId: string | null) => string;

const added = (rule: NamedRule, index: number, nameOf: NameOf): OrderChange => ({
  kind: 'added',
  sentence: `${rule.groupName} gets ${nameOf(rule.policyId)}, at position ${index + 1}.`,
});

const moved = (rule: NamedRule, from: number, to: number): OrderChange => ({
  kind: 'moved',
  sentence: `${rule.groupName} moves from position ${from + 1} to ${to + 1}.`,
});

const replaced = (rule: NamedRule, was: NamedRule, nameOf: NameOf): OrderChange => ({
  kind: 'policy',
  sentence: `${rule.groupName} gets ${nameOf(rule.policyId)} instead of ${nameOf(was.policyId)}.`,
});

function other(
  kind: 'fallback' | 'baseline',
  label: string,
  before: string | null,
  after: string | null,
  nameOf: NameOf,
): OrderChange[] {
  if (before === after) return [];
  return [{ kind, sentence: `${label} is ${nameOf(after)} instead of ${nameOf(before)}.` }];
}
