import type { z } from 'zod';
import type { GroupDeletion } from '#contract/directory-groups.ts';
import type { Database } from '#server/db/open-database.ts';
import { isInOrder, listAssignments } from './assignment-queries.ts';
import { changeOrder } from './change-order.ts';
import { type By, keepStart, requireChangeable } from './change-state.ts';
import { readCurrentPlan } from './current-plan.ts';
import { describeImpact } from './describe-impact.ts';
import { insertRelease, lockPolicyState } from './state-queries.ts';

/**
 * Takes a group out of the order before it is deleted, as a new order and a new state of everything. Call it first in the transaction that
 * deletes the group: whoever changes the order holds the workspace and then waits for groups, so the other way round both would wait.
 * What an identity provider deletes is gone whether policies are frozen or not.
 * @throws ReeveError policies-frozen, policies-managed-elsewhere when a member deletes a group of the order
 */
export async function forgetGroup(
  tx: Database,
  by: By,
  { group, at }: { group: { id: string; name: string }; at: Date },
): Promise<void> {
  const { workspaceId, actor } = by;
  const state = await lockPolicyState(tx, workspaceId);
  if (!(await isInOrder(tx, workspaceId, group.id))) return;
  if (actor.kind === 'member') requireChangeable(state, by);
  await keepStart(tx, by, state);
  const items = (await listAssignments(tx, workspaceId)).filter(({ groupId }) => groupId !== group.id);
  const { fallbackPolicyId, baselinePolicyId } = state;
  await changeOrder(tx, by, { plan: { items, fallbackPolicyId, baselinePolicyId }, at });
  const summary = `“${group.name}” was deleted, and its place in the order with it.`;
  const facts = { number: state.release + 1, at, by: actor.label, kind: 'group-deletion', summary } as const;
  await insertRelease(tx, workspaceId, facts);
}

/** What deleting a group would change for the people in it. */
export async function previewGroupRemoval(
  db: Database,
  workspaceId: string,
  groupId: string,
): Promise<Omit<z.infer<typeof GroupDeletion>, 'members'>> {
  const before = await readCurrentPlan(db, workspaceId);
  const rule = before.assignments.find((candidate) => candidate.groupId === groupId);
  const after = { ...before, assignments: before.assignments.filter((candidate) => candidate !== rule) };
  return {
    isInOrder: rule !== undefined,
    policyName: rule === undefined ? null : (before.names.get(rule.policyId) ?? null),
    policyImpact: await describeImpact(db, workspaceId, { before, after }),
  };
}
