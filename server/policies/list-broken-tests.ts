import type { PolicyTest, PolicyTestResult } from '#contract/policies.ts';
import type { Database } from '#server/db/open-database.ts';
import type { PlanWithRevisions } from './describe-impact.ts';
import { listGroupNames } from './impact-queries.ts';
import { listTestedPolicies } from './queries.ts';
import { runPolicyTests, type TestedOrder } from './run-policy-tests.ts';

export type BrokenTest = PolicyTestResult & { policyName: string };

interface Orders {
  before: PlanWithRevisions;
  after: PlanWithRevisions;
}

/** Which policy decides for a group, and which policies anybody gets at all: all that a test can see of an order. */
function readThrough({ assignments, fallbackPolicyId }: PlanWithRevisions) {
  const byGroup = new Map(assignments.map(({ groupId, policyId }) => [groupId, policyId]));
  const used = new Set([...assignments.map(({ policyId }) => policyId), fallbackPolicyId]);
  return { decides: (groupId: string) => byGroup.get(groupId) ?? fallbackPolicyId, uses: (id: string) => used.has(id) };
}

/** Tests of published policies that pass under one order and would fail under another. */
export async function listBrokenTests(
  db: Database,
  workspaceId: string,
  { before, after }: Orders,
): Promise<BrokenTest[]> {
  const [was, is] = [readThrough(before), readThrough(after)];
  const mayDiffer = (policyId: string, { groupId }: PolicyTest) =>
    groupId !== null && (was.decides(groupId) !== is.decides(groupId) || was.uses(policyId) !== is.uses(policyId));
  const policies = (await listTestedPolicies(db, workspaceId))
    .map((policy) => ({ ...policy, tests: policy.tests.filter((test) => mayDiffer(policy.id, test)) }))
    .filter(({ tests }) => tests.length > 0);
  const groupIds = new Set(policies.flatMap(({ tests }) => tests.map(({ groupId }) => groupId ?? '')));
  const groupNames = await listGroupNames(db, workspaceId, [...groupIds]);
  const orderFor = (policyId: string, plan: PlanWithRevisions): TestedOrder => ({
    assignments: plan.assignments.filter((rule) => groupIds.has(rule.groupId) || rule.policyId === policyId),
    fallbackPolicyId: plan.fallbackPolicyId,
    policyNames: plan.names,
    groupNames,
  });
  const broken: BrokenTest[] = [];
  for (const { id, name, contents, tests } of policies) {
    const run = (some: readonly PolicyTest[], plan: PlanWithRevisions) =>
      runPolicyTests({ policyId: id, contents, tests: some }, orderFor(id, plan));
    const red = (await run(tests, after)).filter(({ passed }) => !passed);
    const earlier = await run(
      red.map(({ test }) => test),
      before,
    );
    broken.push(...red.filter((_, place) => earlier[place]?.passed).map((result) => ({ ...result, policyName: name })));
  }
  return broken;
}
