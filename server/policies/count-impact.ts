import { resolvePolicy } from './resolve-policy.ts';

/** A plan of assignments, as resolution needs it. */
export interface AssignmentPlan {
  assignments: readonly { groupId: string; policyId: string }[];
  fallbackPolicyId: string | null;
}

export interface MemberGroups {
  groupIds: readonly string[];
  members: number;
}

const policyOf = ({ assignments, fallbackPolicyId }: AssignmentPlan, groupIds: readonly string[]): string | null =>
  resolvePolicy(assignments, new Set(groupIds), fallbackPolicyId).policyId;

/** How many active members each policy applies to. */
export function countByPolicy(plan: AssignmentPlan, population: readonly MemberGroups[]): Map<string | null, number> {
  const counts = new Map<string | null, number>();
  for (const { groupIds, members } of population) {
    const policyId = policyOf(plan, groupIds);
    counts.set(policyId, (counts.get(policyId) ?? 0) + members);
  }
  return counts;
}

/** Who would get another policy, by ids. */
export function countImpact(before: AssignmentPlan, after: AssignmentPlan, population: readonly MemberGroups[]) {
  const changed = new Map<string, { from: string | null; to: string | null; members: number }>();
  let unchanged = 0;
  for (const { groupIds, members } of population) {
    const from = policyOf(before, groupIds);
    const to = policyOf(after, groupIds);
    if (from === to) {
      unchanged += members;
      continue;
    }
    const key = `${from}>${to}`;
    changed.set(key, { from, to, members: (changed.get(key)?.members ?? 0) + members });
  }
  return { unchanged, changed: [...changed.values()] };
}
