import { type Actor, record } from '#server/audit/index.ts';
import type { Database } from '#server/db/open-database.ts';
import { ReeveError } from '#server/fail.ts';
import type { Services } from '#server/services.ts';
import {
  existingGroupIds,
  listAssignments,
  listMemberGroups,
  lockAssignmentState,
  readAssignmentState,
  replaceAssignments,
} from './assignment-queries.ts';
import { countImpact } from './count-impact.ts';
import { listPolicies } from './queries.ts';

interface Plan {
  items: readonly { groupId: string; policyId: string }[];
  fallbackPolicyId: string | null;
}

/** A plan that names what does not exist, or one group twice (the second could never match), is refused whole. */
async function requireSound(db: Database, workspaceId: string, { items, fallbackPolicyId }: Plan): Promise<void> {
  const policyIds = new Set((await listPolicies(db, workspaceId)).map(({ id }) => id));
  const wanted = [...items.map(({ policyId }) => policyId), ...(fallbackPolicyId === null ? [] : [fallbackPolicyId])];
  const missingPolicy = wanted.find((id) => !policyIds.has(id));
  if (missingPolicy !== undefined) throw new ReeveError('not-found', { policyId: missingPolicy });
  const groupIds = items.map(({ groupId }) => groupId);
  const existing = await existingGroupIds(db, workspaceId, groupIds);
  const missingGroup = groupIds.find((id) => !existing.has(id));
  if (missingGroup !== undefined) throw new ReeveError('not-found', { groupId: missingGroup });
  const twice = groupIds.find((id, index) => groupIds.indexOf(id) !== index);
  if (twice !== undefined)
    throw new ReeveError('bad-input', { groupId: twice, issue: 'a group can stand in the order once' });
}

export async function previewAssignments(db: Database, workspaceId: string, plan: Plan) {
  await requireSound(db, workspaceId, plan);
  const current = await listAssignments(db, workspaceId);
  const { fallbackPolicyId } = await readAssignmentState(db, workspaceId);
  const groupIds = [...new Set([...current, ...plan.items].map(({ groupId }) => groupId))];
  const population = await listMemberGroups(db, workspaceId, groupIds);
  const names = new Map((await listPolicies(db, workspaceId)).map(({ id, name }) => [id, name]));
  const nameOf = (id: string | null) => (id === null ? null : (names.get(id) ?? id));
  const { unchanged, changed } = countImpact(
    { assignments: current, fallbackPolicyId },
    { assignments: plan.items, fallbackPolicyId: plan.fallbackPolicyId },
    population,
  );
  return {
    unchanged,
    changed: changed.map(({ from, to, members }) => ({ from: nameOf(from), to: nameOf(to), members })),
  };
}

export async function assignPolicies(
  { db, clock }: Pick<Services, 'db' | 'clock'>,
  { workspaceId, actor }: { workspaceId: string; actor: Actor },
  { expectedVersion, ...plan }: Plan & { expectedVersion: number },
): Promise<number> {
  const at = clock();
  return db.transaction().execute(async (tx) => {
    const state = await lockAssignmentState(tx, workspaceId);
    if (state.version !== expectedVersion) throw new ReeveError('conflict', { currentVersion: state.version });
    await requireSound(tx, workspaceId, plan);
    const before = await listAssignments(tx, workspaceId);
    const version = state.version + 1;
    await replaceAssignments(tx, workspaceId, { ...plan, version });
    const after = await listAssignments(tx, workspaceId);
    const named = (rows: typeof before) =>
      rows.map(({ groupName, policyName }) => ({ group: groupName, policy: policyName }));
    await record(tx, actor, 'policy.assignments-changed', {
      at,
      before: { order: named(before), fallbackPolicyId: state.fallbackPolicyId },
      after: { order: named(after), fallbackPolicyId: plan.fallbackPolicyId },
    });
    return version;
  });
}
