import type { Services } from '#server/services.ts';
import { findPolicy } from './find-policy.ts';
import { listMemberOfEachGroup } from './group-trial-queries.ts';
import { listPublished, readResolutionState } from './look-up-queries.ts';
import { policyKeyOf, readPolicyKey } from './policy-key.ts';
import { previewDelivery } from './policy-revision.ts';

export interface TriedGroup {
  groupId: string;
  groupName: string;
  /** An active member for whom it was tried; null: the group has none. */
  memberName: string | null;
  /** What the order says, named; null: nothing. */
  policyName: string | null;
  /** Whether what a client of that member gets is what the order says. */
  isAsOrdered: boolean;
  hasPolicy: boolean;
}

const atOnce = 8;

/**
 * For one real member of every group: what the order says they get, and what the delivery would really hand to a client of theirs. Nothing
 * is delivered by it.
 */
export async function tryGroups(
  services: Pick<Services, 'db' | 'changes' | 'clock' | 'log' | 'origin' | 'signerFor'>,
  workspaceId: string,
): Promise<TriedGroup[]> {
  const state = await readResolutionState(services.db, workspaceId);
  const ids = [...state.order.map(({ policyId }) => policyId), state.fallbackPolicyId, state.baselinePolicyId];
  const applicable = await listPublished(services.db, workspaceId, [...new Set(ids.filter((id) => id !== null))]);
  const published = new Map(applicable.map((policy) => [policy.id, policy]));
  const groups = await listMemberOfEachGroup(services.db, workspaceId);
  const tried: TriedGroup[] = [];
  for (let from = 0; from < groups.length; from += atOnce) {
    const part = groups.slice(from, from + atOnce).map(async (group): Promise<TriedGroup> => {
      const named = { groupId: group.group_id, groupName: group.group_name, memberName: group.member_name };
      if (group.member_id === null) return { ...named, policyName: null, isAsOrdered: true, hasPolicy: false };
      const memberId = group.member_id;
      const { policy, baseline } = findPolicy(state, published, { groupIds: new Set(group.group_ids), who: '' });
      const { policyKey } = await previewDelivery(services, { workspaceId, memberId });
      const delivered = readPolicyKey(policyKey);
      return {
        ...named,
        policyName: policy?.name ?? baseline?.name ?? null,
        isAsOrdered: policyKey === policyKeyOf({ policy, baseline }),
        hasPolicy: delivered.policy !== null || delivered.baseline !== null,
      };
    });
    tried.push(...(await Promise.all(part)));
  }
  return tried;
}
