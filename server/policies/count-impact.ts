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
