export interface Rule {
  groupId: string;
  policyId: string;
}

/** A rule as the page shows it; only the ids are sent. */
export interface NamedRule extends Rule {
  groupName: string;
  /** Active members it decides for as saved; null: not saved yet. */
  memberCount: number | null;
}

export interface Order {
  items: NamedRule[];
  fallbackPolicyId: string | null;
  baselinePolicyId: string | null;
}

/** Kept in the session: outlives reloads and an expired sign-in. `version` is that of the order it was made from. */
export interface OrderDraft extends Order {
  version: number;
}

/** The rules with the one of `groupId` at `position`, counted from 0 and held inside the list. */
export function moveTo<One extends Rule>(rules: readonly One[], groupId: string, position: number): One[] {
  const moved = rules.find((rule) => rule.groupId === groupId);
  if (!moved) return [...rules];
  const without = rules.filter((rule) => rule !== moved);
  const target = Math.min(Math.max(0, position), without.length);
  return [...without.slice(0, target), moved, ...without.slice(target)];
}

const isSameRules = (a: readonly Rule[], b: readonly Rule[]) =>
  a.length === b.length &&
  a.every((rule, index) => rule.groupId === b[index]?.groupId && rule.policyId === b[index]?.policyId);

export const isSameOrder = (a: Order, b: Order) =>
  a.fallbackPolicyId === b.fallbackPolicyId &&
  a.baselinePolicyId === b.baselinePolicyId &&
  isSameRules(a.items, b.items);

/** What the server takes. */
export const toInput = ({ items, fallbackPolicyId, baselinePolicyId }: Order) => ({
  items: items.map(({ groupId, policyId }) => ({ groupId, policyId })),
  fallbackPolicyId,
  baselinePolicyId,
});
