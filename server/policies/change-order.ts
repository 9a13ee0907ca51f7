import { record } from '#server/audit/index.ts';
import type { Database } from '#server/db/open-database.ts';
import { ReeveError } from '#server/fail.ts';
import {
  listAssignments,
  listPolicyRevisions,
  type OrderPlan,
  readAssignmentState,
  replaceAssignments,
} from './assignment-queries.ts';
import type { By } from './change-state.ts';
import { describeOrderChange, differingRules, type NamedOrder } from './compare-orders.ts';
import { listGroupNames } from './impact-queries.ts';

function firstTwice(ids: readonly string[]): string | undefined {
  const seen = new Set<string>();
  return ids.find((id) => seen.size === seen.add(id).size);
}

/**
 * A plan that names what does not exist or was never published, or one group twice (the second could never match), is refused whole.
 * @throws ReeveError not-found, bad-input, policy-not-published
 */
export async function requireSound(
  db: Database,
  workspaceId: string,
  { items, fallbackPolicyId, baselinePolicyId }: OrderPlan,
): Promise<void> {
  const policies = new Map((await listPolicyRevisions(db, workspaceId)).map((policy) => [policy.id, policy]));
  const wanted = new Set(items.map(({ policyId }) => policyId));
  for (const id of [fallbackPolicyId, baselinePolicyId]) if (id !== null) wanted.add(id);
  for (const policyId of wanted) {
    const policy = policies.get(policyId);
    if (!policy) throw new ReeveError('not-found', { policyId });
    if (policy.revision === 0) throw new ReeveError('policy-not-published', { policyId, name: policy.name });
  }
  const groupIds = items.map(({ groupId }) => groupId);
  const twice = firstTwice(groupIds);
  if (twice !== undefined)
    throw new ReeveError('bad-input', { groupId: twice, issue: 'a group can stand in the order once' });
  const existing = await listGroupNames(db, workspaceId, groupIds);
  const missing = groupIds.find((id) => !existing.has(id));
  if (missing !== undefined) throw new ReeveError('not-found', { groupId: missing });
}

export async function readNamedOrder(db: Database, workspaceId: string): Promise<NamedOrder & { version: number }> {
  const rows = await listAssignments(db, workspaceId);
  const { version, fallbackPolicyId, baselinePolicyId } = await readAssignmentState(db, workspaceId);
  const names = new Map((await listPolicyRevisions(db, workspaceId)).map(({ id, name }) => [id, name]));
  const nameOf = (id: string | null) => (id === null ? null : (names.get(id) ?? id));
  return {
    version,
    rules: rows.map(({ groupName, policyName }) => ({ group: groupName, policy: policyName })),
    fallback: nameOf(fallbackPolicyId),
    baseline: nameOf(baselinePolicyId),
  };
}

/** What the audit log keeps of two orders. */
export function differenceOf(before: NamedOrder & { version: number }, after: NamedOrder & { version: number }) {
  const rules = differingRules(before.rules, after.rules);
  const side = ({ version, fallback, baseline }: typeof before, order: NamedOrder['rules']) => ({
    version,
    order,
    fallback,
    baseline,
  });
  return { before: side(before, rules.before), after: side(after, rules.after), firstPlace: rules.firstPlace };
}

/**
 * Puts a sound order in force and records it. Call it while holding the state of the policies.
 * @returns the new version, and what changed in words
 */
export async function changeOrder(
  tx: Database,
  { workspaceId, actor }: By,
  { plan, at }: { plan: OrderPlan; at: Date },
): Promise<{ version: number; summary: string }> {
  const before = await readNamedOrder(tx, workspaceId);
  const version = before.version + 1;
  await replaceAssignments(tx, workspaceId, { ...plan, version });
  const after = await readNamedOrder(tx, workspaceId);
  await record(tx, actor, 'policy.assignments-changed', { at, ...differenceOf(before, after) });
  return { version, summary: describeOrderChange(before, after) };
}
