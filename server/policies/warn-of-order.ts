import type { Database } from '#server/db/open-database.ts';
import { countOutside } from './assignment-queries.ts';
import type { PlanWithRevisions } from './describe-impact.ts';

const people = (count: number): string =>
  count === 1 ? '1 active member is' : `${count.toLocaleString('en')} active members are`;

function warnOfBaseline(plan: PlanWithRevisions, baselinePolicyId: string): string[] {
  const name = plan.names.get(baselinePolicyId) ?? baselinePolicyId;
  const isAlsoPolicy =
    plan.fallbackPolicyId === baselinePolicyId ||
    plan.assignments.some(({ policyId }) => policyId === baselinePolicyId);
  return [
    `“${name}” goes to everybody, under their own policy. Clients since 0.140 take both and fill in from it, key by key, what the policy leaves open; where both set a key, the policy wins.`,
    'Some keys add up instead: command rules of both apply and the strictest decides, paths that either closes are closed, hooks of both run, and an app that either switches off stays off. So a policy cannot lift what the baseline forbids there.',
    'Clients before 0.140 take one document. Reeve merges the two into it by the same rules before it sends it.',
    'Whoever no policy applies to gets the baseline alone.',
    ...(isAlsoPolicy
      ? [`“${name}” also stands in the order or is the fallback. Whoever gets it that way receives it once.`]
      : []),
  ];
}

/** What somebody should know before they put this order in force, in sentences. */
export async function warnOfOrder(db: Database, workspaceId: string, plan: PlanWithRevisions): Promise<string[]> {
  const { fallbackPolicyId, baselinePolicyId, assignments } = plan;
  if (baselinePolicyId !== null) return warnOfBaseline(plan, baselinePolicyId);
  if (fallbackPolicyId !== null) return [];
  const groupIds = assignments.map(({ groupId }) => groupId);
  const outside = await countOutside(db, workspaceId, groupIds);
  if (outside === 0)
    return ['There is no fallback: whoever joins later and is in none of these groups gets no policy.'];
  return [`There is no fallback: ${people(outside)} in none of these groups and would get no policy.`];
}
