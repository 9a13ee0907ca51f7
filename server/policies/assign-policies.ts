import type { z } from 'zod';
import type { OrderPreview } from '#contract/policy-orders.ts';
import type { Database } from '#server/db/open-database.ts';
import { ReeveError } from '#server/fail.ts';
import type { Services } from '#server/services.ts';
import type { OrderPlan } from './assignment-queries.ts';
import { changeOrder, requireSound } from './change-order.ts';
import { type By, changePolicyState } from './change-state.ts';
import { clashesUnder } from './check-baseline.ts';
import { readCurrentPlan } from './current-plan.ts';
import { describeImpact, type PlanWithRevisions } from './describe-impact.ts';

import { listBrokenTests } from './list-broken-tests.ts';
import { warnOfOrder } from './warn-of-order.ts';

type Preview = z.infer<typeof OrderPreview>;

const planned = (current: PlanWithRevisions, { items, fallbackPolicyId, baselinePolicyId }: OrderPlan) => ({
  ...current,
  assignments: items,
  fallbackPolicyId,
  baselinePolicyId,
});

const clashesOfPlan = (db: Database, workspaceId: string, { items, fallbackPolicyId, baselinePolicyId }: OrderPlan) => {
  const policyIds = new Set(items.map(({ policyId }) => policyId));
  if (fallbackPolicyId !== null) policyIds.add(fallbackPolicyId);
  return clashesUnder(db, workspaceId, { baselinePolicyId, policyIds });
};

/** @throws ReeveError not-found, bad-input, policy-not-published */
export async function previewAssignments(db: Database, workspaceId: string, plan: OrderPlan): Promise<Preview> {
  await requireSound(db, workspaceId, plan);
  const before = await readCurrentPlan(db, workspaceId);
  const after = planned(before, plan);
  return {
    ...(await describeImpact(db, workspaceId, { before, after })),
    tests: await listBrokenTests(db, workspaceId, { before, after }),
    warnings: [...(await clashesOfPlan(db, workspaceId, plan)), ...(await warnOfOrder(db, workspaceId, after))],
  };
}

/** What the authors of a policy want to stay true is not undone by an order. @throws ReeveError policy-tests-failed */
async function requireTestsKept(tx: Database, workspaceId: string, plan: OrderPlan): Promise<void> {
  const before = await readCurrentPlan(tx, workspaceId);
  const results = await listBrokenTests(tx, workspaceId, { before, after: planned(before, plan) });
  const message =
    'Tests of policies would fail under this order, so it was not changed. See which; change the order or the tests.';
  if (results.length > 0) throw new ReeveError('policy-tests-failed', { results }, { message });
}

/** @throws ReeveError policy-tests-failed, conflict, policies-frozen, policies-managed-elsewhere, and as `previewAssignments` */
export async function assignPolicies(
  services: Pick<Services, 'db' | 'clock'>,
  by: By,
  { expectedVersion, ...plan }: OrderPlan & { expectedVersion: number },
): Promise<number> {
  const changed = await changePolicyState(
    services,
    by,
    { kind: 'order', summary: ({ summary }: { summary: string }) => summary },
    async (tx, { orderVersion }, at) => {
      if (orderVersion !== expectedVersion) throw new ReeveError('conflict', { currentVersion: orderVersion });
      await requireSound(tx, by.workspaceId, plan);
      await requireTestsKept(tx, by.workspaceId, plan);
      return changeOrder(tx, by, { plan, at });
    },
  );
  return changed.version;
}
