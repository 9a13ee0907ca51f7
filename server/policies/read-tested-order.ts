import type { PolicyTest } from '#contract/policies.ts';
import type { Database } from '#server/db/open-database.ts';
import { readCurrentPlan } from './current-plan.ts';
import { listGroupNames } from './impact-queries.ts';
import type { TestedOrder } from './run-policy-tests.ts';

/** The order in force, as far as these tests speak of it. */
export async function readTestedOrder(
  db: Database,
  workspaceId: string,
  tests: readonly PolicyTest[],
): Promise<TestedOrder> {
  const { assignments, fallbackPolicyId, names } = await readCurrentPlan(db, workspaceId);
  const groupIds = new Set(tests.flatMap(({ groupId }) => (groupId === null ? [] : [groupId])));
  const groupNames = await listGroupNames(db, workspaceId, [...groupIds]);
  return { assignments, fallbackPolicyId, policyNames: names, groupNames };
}
