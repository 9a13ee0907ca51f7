export interface Rule {
  groupId: string;
  policyId: string;
}

/** The rules with the one at `index` moved by `offset` places; unchanged at either end. */
export function moveRule(rules: Rule[], index: number, offset: -1 | 1): Rule[] {
  const target = index + offset;
  const moved = rules[index];
  if (!moved || target < 0 || target >= rules.length) return rules;
  const without = rules.filter((_, at) => at !== index);
  return [...without.slice(0, target), moved, ...without.slice(target)];
}

export const isSameOrder = (a: Rule[], b: Rule[]) =>
  a.length === b.length &&
  a.every((rule, index) => rule.groupId === b[index]?.groupId && rule.policyId === b[index]?.policyId);
