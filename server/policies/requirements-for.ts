import type { Database } from '#server/db/open-database.ts';
import { ReeveError } from '#server/fail.ts';
import { findPolicy } from './find-policy.ts';
import { listGroupNames, listPublished, type PublishedPolicy, readResolutionState } from './look-up-queries.ts';

export interface Requirements {
  /** Of the policy. */
  name: string;
  /** requirements.toml */
  contents: string;
}

const inOrder = (...policies: (PublishedPolicy | null | undefined)[]): Requirements[] =>
  policies.flatMap((policy) => (policy ? [{ name: policy.name, contents: policy.contents }] : []));

/**
 * The documents that bind somebody, the highest first: the published policy of this id, or what somebody gets who is in this group alone;
 * then the baseline under it. Empty: nothing applies to them.
 * @throws ReeveError not-found
 */
export async function requirementsFor(
  db: Database,
  workspaceId: string,
  wanted: { policyId: string } | { groupId: string },
): Promise<Requirements[]> {
  const state = await readResolutionState(db, workspaceId);
  const ids = [...state.order.map(({ policyId }) => policyId), state.fallbackPolicyId, state.baselinePolicyId];
  if ('policyId' in wanted) ids.push(wanted.policyId);
  const rows = await listPublished(db, workspaceId, [...new Set(ids.filter((id) => id !== null))]);
  const published = new Map(rows.map((policy) => [policy.id, policy]));
  if ('policyId' in wanted) {
    const policy = published.get(wanted.policyId);
    if (!policy) throw new ReeveError('not-found', wanted);
    const baseline = published.get(state.baselinePolicyId ?? '');
    return inOrder(policy, baseline?.id === policy.id ? null : baseline);
  }
  const [group] = await listGroupNames(db, workspaceId, [wanted.groupId]);
  if (!group) throw new ReeveError('not-found', wanted);
  const found = findPolicy(state, published, { groupIds: new Set([group.id]), who: group.name });
  return inOrder(found.policy, found.baseline);
}
