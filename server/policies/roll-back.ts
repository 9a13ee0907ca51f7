import { record, recordAll } from '#server/audit/index.ts';
import type { Database } from '#server/db/open-database.ts';
import { ReeveError } from '#server/fail.ts';
import type { Services } from '#server/services.ts';
import { replaceAssignments } from './assignment-queries.ts';
import { differenceOf, readNamedOrder } from './change-order.ts';
import { type By, changePolicyState } from './change-state.ts';
import { readCurrentPlan } from './current-plan.ts';
import { supersedePolicy } from './delivery-queries.ts';
import { describeImpact, type PlanWithRevisions } from './describe-impact.ts';
import { planRollBack, type RollBack } from './plan-roll-back.ts';
import { renamePolicy } from './queries.ts';
import { reviveUnnamed } from './release-queries.ts';
import { type NewRevision, putRevision } from './revision-queries.ts';
import { readPolicyState } from './state-queries.ts';

const currentRevision = ({ isDeleted, revision }: RollBack['changed'][number]): number => (isDeleted ? 0 : revision);

function planAfter(before: PlanWithRevisions, { order, changed, renamed }: RollBack): PlanWithRevisions {
  const { items, ...rest } = order;
  const revisions = new Map(before.revisions);
  const names = new Map(before.names);
  for (const { id, revision, document } of changed) {
    revisions.set(id, revision + 1);
    names.set(id, document.name);
  }
  for (const { id, newName } of renamed) names.set(id, newName);
  return { ...rest, assignments: items, revisions, names };
}

/** What going back to a state would change, and for whom. @throws ReeveError not-found, policy-refused */
export async function previewRollBack(db: Database, workspaceId: string, number: number) {
  const plan = await planRollBack(db, workspaceId, number);
  const before = await readCurrentPlan(db, workspaceId);
  return {
    current: (await readPolicyState(db, workspaceId)).release,
    impact: await describeImpact(db, workspaceId, { before, after: planAfter(before, plan) }),
    policies: plan.changed.map((policy) => ({
      id: policy.id,
      name: policy.document.name,
      from: currentRevision(policy),
      to: policy.to,
    })),
    orderChanges: plan.orderChanges,
    warnings: plan.warnings,
  };
}

interface Stamp {
  at: Date;
  publishedBy: string;
  message: string;
}

/** A version for each policy that comes back, and for each published one that makes room for its name. */
function revisionsOf({ changed, renamed }: RollBack, { message, ...stamp }: Stamp): NewRevision[] {
  const said = message === '' ? '' : ` ${message}`;
  const stamps = { ...stamp, approvedBy: null };
  return [
    ...renamed
      .filter(({ revision }) => revision > 0)
      .map(({ id, revision, documentNow, newName }) => ({
        ...stamps,
        policyId: id,
        revision: revision + 1,
        document: { ...documentNow, name: newName },
        message: `Makes room for the policy of this name that came back.${said}`,
        restoredFrom: null,
      })),
    ...changed.map(({ id, revision, to, document }) => ({
      ...stamps,
      policyId: id,
      revision: revision + 1,
      document,
      message: `Back to version ${to}.${said}`,
      restoredFrom: to,
    })),
  ];
}

async function publishAll(tx: Database, { workspaceId, actor }: By, plan: RollBack, stamp: Stamp): Promise<void> {
  const { changed, renamed } = plan;
  await reviveUnnamed(
    tx,
    workspaceId,
    [...changed, ...renamed].map(({ id }) => id),
  );
  for (const { id, newName } of renamed) await renamePolicy(tx, workspaceId, id, newName);
  const revisions = revisionsOf(plan, stamp);
  for (const revision of revisions) {
    await putRevision(tx, workspaceId, revision);
    await supersedePolicy(tx, workspaceId, { policyId: revision.policyId, at: stamp.at });
  }
  const wasDeleted = new Set(changed.filter(({ isDeleted }) => isDeleted).map(({ id }) => id));
  const before = new Map([...changed, ...renamed].map(({ id, documentNow }) => [id, documentNow]));
  const entries = revisions.map(({ policyId, revision, document, message, restoredFrom }) => ({
    at: stamp.at,
    subject: { kind: 'policy', id: policyId, label: document.name },
    revision,
    message,
    publishedBy: stamp.publishedBy,
    approvedBy: null,
    restoredFrom,
    before: wasDeleted.has(policyId) ? null : (before.get(policyId) ?? null),
    after: document,
  }));
  await recordAll(tx, actor, 'policy.published', entries);
}

const versionsIn = (plan: RollBack, of: (policy: RollBack['changed'][number]) => number) =>
  plan.changed.map((policy) => ({ policy: policy.document.name, version: of(policy) }));

function summarize({ number, changed, orderChanges }: RollBack): string {
  const policies = changed.length === 1 ? '1 policy' : `${changed.length} policies`;
  const parts = [...(changed.length > 0 ? [policies] : []), ...(orderChanges ? ['the order'] : [])];
  return `Back to state ${number}: ${parts.join(' and ')}.`;
}

/**
 * Makes what was published and its order in a state so again, as new versions and a new order. Nothing happens where a part of it
 * cannot be. What was published only later stays published, in no place of the order.
 * @throws ReeveError conflict, not-found, policy-refused, policies-managed-elsewhere
 */
export async function rollBack(
  services: Pick<Services, 'db' | 'clock'>,
  by: By,
  { number, expectedCurrent, message }: { number: number; expectedCurrent: number; message: string },
): Promise<number> {
  const { workspaceId, actor } = by;
  const change = {
    kind: 'roll-back',
    summary: ({ summary }: { summary: string }) => summary,
    isRollBack: true,
  } as const;
  const done = await changePolicyState(services, by, change, async (tx, { release }, at) => {
    if (release !== expectedCurrent) throw new ReeveError('conflict', { currentRelease: release });
    const plan = await planRollBack(tx, workspaceId, number);
    if (plan.changed.length === 0 && !plan.orderChanges)
      throw new ReeveError('conflict', { number }, { message: `Everything is as in state ${number} already.` });
    const before = await readNamedOrder(tx, workspaceId);
    await publishAll(tx, by, plan, { at, publishedBy: actor.label, message });
    if (plan.orderChanges) await replaceAssignments(tx, workspaceId, { ...plan.order, version: before.version + 1 });
    const order = differenceOf(before, await readNamedOrder(tx, workspaceId));
    await record(tx, actor, 'policy.rolled-back', {
      at,
      number,
      message,
      firstPlace: order.firstPlace,
      leftOut: plan.warnings,
      before: { number: release, ...order.before, policies: versionsIn(plan, currentRevision) },
      after: { number: release + 1, ...order.after, policies: versionsIn(plan, ({ revision }) => revision + 1) },
    });
    return { number: release + 1, summary: summarize(plan) };
  });
  return done.number;
}
