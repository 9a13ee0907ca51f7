import type { PolicySet, PolicySetPlan } from '#contract/policy-set.ts';
import { record } from '#server/audit/index.ts';
import type { Database } from '#server/db/open-database.ts';
import { ReeveError } from '#server/fail.ts';
import type { Services } from '#server/services.ts';
import { changeOrder, requireSound } from './change-order.ts';
import { type By, changePolicyState, requireChangeable } from './change-state.ts';
import type { PolicyChange } from './compare-policy-set.ts';
import { supersedePolicy } from './delivery-queries.ts';
import { deleteDraft } from './draft-queries.ts';
import { isOrderChange, type PlannedSet, planPolicySet, problemsOfState } from './plan-policy-set.ts';
import { insertPolicy, markDeleted, type PolicyRow } from './queries.ts';
import { putRevision } from './revision-queries.ts';
import { readPolicyState } from './state-queries.ts';
import { withdrawOpenRequest } from './withdraw-request.ts';

interface Application extends PolicySet {
  expectedRelease?: number | undefined;
  message: string;
  deletes: boolean;
}

interface At {
  at: Date;
  message: string;
}

const counted = (count: number, one: string, many: string): string => `${count} ${count === 1 ? one : many}`;

async function publish(
  tx: Database,
  { workspaceId, actor }: By,
  policy: PolicyChange,
  { at, message }: At,
): Promise<void> {
  const { id, isNew, document, revision } = policy;
  const publishedBy = actor.label;
  if (isNew) await insertPolicy(tx, workspaceId, { id, name: document.name, at, by: publishedBy });
  const version = { policyId: id, revision, document, message, at, publishedBy, approvedBy: null, restoredFrom: null };
  await putRevision(tx, workspaceId, version);
  await supersedePolicy(tx, workspaceId, { policyId: id, at });
}

async function remove(tx: Database, by: By, { id }: PolicyRow, { at }: At): Promise<void> {
  await withdrawOpenRequest(tx, by, { policyId: id, at, reason: 'The policy was deleted: it is not in the folder.' });
  await deleteDraft(tx, by.workspaceId, id);
  await markDeleted(tx, by.workspaceId, id, at);
}

/** What was planned is what is written: everything else that was published meanwhile has made a new state. */
async function write(tx: Database, by: By, { comparison }: PlannedSet, { deletes, ...at }: At & { deletes: boolean }) {
  const changed = comparison.policies.filter(({ change }) => change !== 'keep');
  for (const policy of changed) await publish(tx, by, policy, at);
  let order: string[] = [];
  if (isOrderChange(comparison)) {
    await requireSound(tx, by.workspaceId, comparison.order);
    order = [(await changeOrder(tx, by, { plan: comparison.order, at: at.at })).summary];
  }
  const deleted = deletes ? comparison.missing : [];
  for (const policy of deleted) await remove(tx, by, policy, at);
  const documents = changed.map(({ id, document: { name }, change, parts, before, revision }) => {
    const from = before?.revision ?? 0;
    return { id, name, change, parts, from, to: revision };
  });
  await record(tx, by.actor, 'policy.set-applied', {
    at: at.at,
    message: at.message,
    policies: documents,
    deleted: deleted.map(({ id, name, revision }) => ({ id, name, revision })),
    order,
  });
  const created = changed.filter(({ change }) => change === 'create').length;
  const words = [
    ...(created > 0 ? [`${counted(created, 'policy', 'policies')} created`] : []),
    ...(changed.length > created ? [`${counted(changed.length - created, 'policy', 'policies')} changed`] : []),
    ...(deleted.length > 0 ? [`${counted(deleted.length, 'policy', 'policies')} deleted`] : []),
  ];
  return `Folder: ${[at.message, words.join(', '), ...order].filter((part) => part !== '').join(' – ')}`;
}

function requireState(release: number, expected: number): void {
  if (release !== expected) throw new ReeveError('conflict', { currentRelease: release, expectedRelease: expected });
}

/**
 * Makes what is published exactly this set, all or nothing: one transaction, so a server that dies leaves the old or the new state.
 * The same set again changes nothing.
 * @throws ReeveError conflict, policy-set-refused, policies-frozen, policies-managed-elsewhere
 */
export async function applyPolicySet(
  services: Pick<Services, 'db' | 'clock'>,
  by: By,
  { expectedRelease, message, deletes, ...set }: Application,
): Promise<{ release: number; changed: boolean; plan: PolicySetPlan }> {
  const state = await readPolicyState(services.db, by.workspaceId);
  if (expectedRelease !== undefined) requireState(state.release, expectedRelease);
  requireChangeable(state, by);
  const planned = await planPolicySet(services.db, by, set);
  const { plan, comparison } = planned;
  if (plan.problems.length > 0) {
    const diagnostics = plan.policies.flatMap(({ name, diagnostics: found }) =>
      found.map((one) => ({ policy: name, ...one })),
    );
    throw new ReeveError('policy-set-refused', { problems: plan.problems, diagnostics });
  }
  const isChange = planned.isChange || (deletes && comparison.missing.length > 0);
  const change = { kind: 'folder', summary: (words: string) => words } as const;
  const written = await changePolicyState(services, by, change, async (tx, now, at) => {
    requireState(now.release, plan.release);
    const problems = isChange ? problemsOfState(now, by) : [];
    if (problems.length > 0) throw new ReeveError('policy-set-refused', { problems });
    if (isChange) return write(tx, by, planned, { at, message, deletes });
    await record(tx, by.actor, 'policy.set-unchanged', { at, message, release: now.release });
    return null;
  });
  return { release: plan.release + (written === null ? 0 : 1), changed: written !== null, plan };
}
