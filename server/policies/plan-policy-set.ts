import type { PolicyImpact } from '#contract/policies.ts';
import type { PolicySet, PolicySetPlan } from '#contract/policy-set.ts';
import type { Database } from '#server/db/open-database.ts';
import { type By, requireOwnHand } from './change-state.ts';
import { describeClash, findClashes } from './check-baseline.ts';
import { comparePolicySet, type SetComparison } from './compare-policy-set.ts';
import { describeImpact, type PlanWithRevisions } from './describe-impact.ts';
import { listGroupNames } from './impact-queries.ts';
import { type JudgedPolicy, judgePolicies, problemsOf } from './judge-policies.ts';
import { groupsInTests, type PublishedState, readPublishedState } from './read-policy-set.ts';
import type { TestedOrder } from './run-policy-tests.ts';
import { findGroupsByName } from './set-queries.ts';
import type { PolicyState } from './state-queries.ts';

export interface PlannedSet {
  plan: PolicySetPlan;
  comparison: SetComparison;
  /** Something is written when the set is applied, apart from deletions. */
  isChange: boolean;
}

function* namesOfSet({ policies, assignment }: PolicySet): Generator<string> {
  for (const { group } of assignment.order) yield group;
  for (const { tests } of policies) for (const { group } of tests) if (group !== null) yield group;
}

const planBefore = ({ state, policies, rules }: PublishedState): PlanWithRevisions => ({
  assignments: rules,
  fallbackPolicyId: state.fallbackPolicyId,
  baselinePolicyId: state.baselinePolicyId,
  revisions: new Map(policies.map(({ id, revision }) => [id, revision])),
  names: new Map(policies.map(({ id, name }) => [id, name])),
});

const planAfter = ({ policies, order }: SetComparison): PlanWithRevisions => ({
  assignments: order.items,
  fallbackPolicyId: order.fallbackPolicyId,
  baselinePolicyId: order.baselinePolicyId,
  revisions: new Map(policies.map(({ id, revision }) => [id, revision])),
  names: new Map(policies.map(({ id, document }) => [id, document.name])),
});

export const isOrderChange = ({ orderChanges, fallback, baseline }: SetComparison): boolean =>
  orderChanges.length > 0 || fallback !== null || baseline !== null;

async function testedOrder(db: Database, workspaceId: string, comparison: SetComparison): Promise<TestedOrder> {
  const { assignments, fallbackPolicyId, names } = planAfter(comparison);
  const groupIds = new Set(comparison.policies.flatMap(({ document }) => groupsInTests(document.tests)));
  const groupNames = await listGroupNames(db, workspaceId, [...groupIds]);
  return { assignments, fallbackPolicyId, policyNames: names, groupNames };
}

/** Why nobody, or not whoever asks, can apply any set now. */
export function problemsOfState(state: PolicyState, by: By): string[] {
  const problems: string[] = [];
  if (state.frozenAt !== null)
    problems.push(`Policies are frozen since ${state.frozenAt.toISOString()}: ${state.frozenBecause ?? ''}`);
  try {
    requireOwnHand(state, by);
  } catch {
    problems.push(`A folder owns the policies (${state.managedBy}), so a set is applied with an API key only.`);
  }
  if (state.secondApprover && state.managedBy === null)
    problems.push(
      'Publishing takes a second person in this workspace, and nobody reviews a set here. Hand the policies to a folder under Policies, where its repository reviews them, or switch the second person off.',
    );
  return problems;
}

const listed = ({ document, change, parts, diagnostics, tests }: JudgedPolicy): PolicySetPlan['policies'][number] => ({
  name: document.name,
  change,
  parts,
  diagnostics,
  tests,
});

function clashesIn({ policies, order }: SetComparison): string[] {
  const documents = policies.map(({ id, document: { name, contents } }) => ({ id, name, contents }));
  const baseline = documents.find(({ id }) => id === order.baselinePolicyId);
  if (!baseline) return [];
  const assigned = new Set([order.fallbackPolicyId, ...order.items.map(({ policyId }) => policyId)]);
  const inForce = documents.filter(({ id }) => assigned.has(id));
  return findClashes(inForce, baseline).map((clash) => describeClash(clash, baseline.name));
}

/** What applying a set would do, for whom, and why it cannot be. Changes nothing. */
export async function planPolicySet(db: Database, by: By, set: PolicySet): Promise<PlannedSet> {
  const { workspaceId } = by;
  const published = await readPublishedState(db, workspaceId);
  const groups = await findGroupsByName(db, workspaceId, namesOfSet(set));
  const comparison = comparePolicySet(published, set, groups);
  const { policies, missing, problems } = comparison;
  const isChange = isOrderChange(comparison) || policies.some(({ change }) => change !== 'keep');
  // A test of an order that means nothing definite would only repeat what is wrong with it.
  const order = problems.length > 0 ? null : await testedOrder(db, workspaceId, comparison);
  const judged = isChange ? await judgePolicies(policies, order) : [];
  const impact: PolicyImpact | null =
    problems.length > 0
      ? null
      : await describeImpact(db, workspaceId, { before: planBefore(published), after: planAfter(comparison) });
  const kept = isChange ? judged : policies.map((policy) => ({ ...policy, diagnostics: [], tests: [] }));
  const deleted = missing.map(({ name }) => ({
    name,
    change: 'delete' as const,
    parts: [],
    diagnostics: [],
    tests: [],
  }));
  const plan: PolicySetPlan = {
    release: published.state.release,
    isEmpty: !isChange && missing.length === 0 && problems.length === 0,
    policies: [...kept.map(listed), ...deleted],
    order: comparison.orderChanges,
    fallback: comparison.fallback,
    baseline: comparison.baseline,
    impact,
    problems: [
      ...problems,
      ...judged.flatMap(problemsOf),
      ...(problems.length > 0 ? [] : clashesIn(comparison)),
      ...(isChange ? problemsOfState(published.state, by) : []),
    ],
  };
  return { plan, comparison, isChange };
}
