import type { PolicyFinding } from '#contract/policy-delivery.ts';
import type { PublishedPolicy, ResolutionState } from './look-up-queries.ts';
import { resolvePolicy } from './resolve-policy.ts';

export type { PolicyFinding };

export interface FoundPolicy {
  finding: PolicyFinding;
  policy: PublishedPolicy | null;
  baseline: PublishedPolicy | null;
}

const named = (policy: PublishedPolicy | null) =>
  policy && { id: policy.id, name: policy.name, revision: policy.revision };

/** The policy of somebody with these groups, and why. `who` begins the sentence; `published` has all that can apply. */
export function findPolicy(
  { order, fallbackPolicyId, baselinePolicyId }: ResolutionState,
  published: ReadonlyMap<string, PublishedPolicy>,
  { groupIds, who }: { groupIds: ReadonlySet<string>; who: string },
): FoundPolicy {
  const { policyId, matchedAt, tried } = resolvePolicy(order, groupIds, fallbackPolicyId);
  const policy = published.get(policyId ?? '') ?? null;
  const below = published.get(baselinePolicyId ?? '') ?? null;
  const baseline = below?.id === policy?.id ? null : below;
  const rule = (index: number, matched: boolean) => ({ ...must(order[index]), matched });
  const match = matchedAt === null ? null : must(order[matchedAt]);
  const later = matchedAt === null ? [] : order.slice(matchedAt + 1).filter(({ groupId }) => groupIds.has(groupId));
  return {
    policy,
    baseline,
    finding: {
      policy: named(policy),
      baseline: named(baseline),
      matchedAt: match?.position ?? null,
      because: reason({ order, match, policy, who, hasFallback: fallbackPolicyId !== null }),
      tried: tried.map(({ matched }, index) => rule(index, matched)),
      alsoMatching: later.map((entry) => ({ ...entry, matched: true })),
    },
  };
}

function must<Value>(value: Value | undefined): Value {
  if (value === undefined) throw new Error('a place outside the order');
  return value;
}

function reason({
  order,
  match,
  policy,
  who,
  hasFallback,
}: {
  order: ResolutionState['order'];
  match: ResolutionState['order'][number] | null;
  policy: PublishedPolicy | null;
  who: string;
  hasFallback: boolean;
}): string {
  const unpublished = policy ? '' : ' That policy was never published or is deleted, so nothing applies.';
  if (match)
    return `${who} is in “${match.groupName}”, the first group in the order that fits (number ${match.position + 1} of ${order.length}).${unpublished}`;
  const none =
    order.length === 0 ? 'No group has a policy' : `${who} is in none of the ${order.length} groups in the order`;
  return hasFallback ? `${none}, so the fallback applies.${unpublished}` : `${none}, and there is no fallback policy.`;
}
