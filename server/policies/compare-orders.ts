import { isDeepStrictEqual } from 'node:util';

/** An order in words: names of groups and policies. */
export interface NamedOrder {
  rules: readonly { group: string; policy: string }[];
  fallback: string | null;
  baseline: string | null;
}

const counted = (count: number, one: string, many: string) => `${count} ${count === 1 ? one : many}`;

function describeRules(before: NamedOrder['rules'], after: NamedOrder['rules']): string[] {
  const was = new Map(before.map(({ group, policy }) => [group, policy]));
  const is = new Map(after.map(({ group, policy }) => [group, policy]));
  const added = after.filter(({ group }) => !was.has(group)).length;
  const removed = before.filter(({ group }) => !is.has(group)).length;
  const replaced = after.filter(({ group, policy }) => was.has(group) && was.get(group) !== policy).length;
  const keptBefore = before.filter(({ group }) => is.has(group)).map(({ group }) => group);
  const keptAfter = after.filter(({ group }) => was.has(group)).map(({ group }) => group);
  return [
    added > 0 && `${counted(added, 'group', 'groups')} added`,
    removed > 0 && `${counted(removed, 'group', 'groups')} taken out`,
    replaced > 0 && `${counted(replaced, 'group', 'groups')} with another policy`,
    !isDeepStrictEqual(keptBefore, keptAfter) && 'places changed',
  ].filter((part) => part !== false);
}

const describeOne = (what: string, before: string | null, after: string | null): string[] => {
  if (before === after) return [];
  return [after === null ? `no ${what} any more` : `${what} “${after}”`];
};

/** What differs, in a sentence. */
export function describeOrderChange(before: NamedOrder, after: NamedOrder): string {
  const parts = [
    ...describeRules(before.rules, after.rules),
    ...describeOne('fallback', before.fallback, after.fallback),
    ...describeOne('baseline', before.baseline, after.baseline),
  ];
  return parts.length === 0 ? 'Order saved as it was.' : `Order: ${parts.join(', ')}.`;
}

/** Both sides without the rules they begin and end with in common: thousands of rules are not written twice for one that moved. */
export function differingRules(before: NamedOrder['rules'], after: NamedOrder['rules']) {
  const same = (left: NamedOrder['rules'][number] | undefined, right: typeof left) =>
    left !== undefined && left.group === right?.group && left.policy === right.policy;
  const shorter = Math.min(before.length, after.length);
  let start = 0;
  while (start < shorter && same(before[start], after[start])) start += 1;
  let end = 0;
  while (end < shorter - start && same(before.at(-1 - end), after.at(-1 - end))) end += 1;
  const cut = (rules: NamedOrder['rules']) => rules.slice(start, rules.length - end);
  return { firstPlace: start + 1, before: cut(before), after: cut(after) };
}
