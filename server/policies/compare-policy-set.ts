import { isDeepStrictEqual } from 'node:util';
import type { PolicyDocument, PolicyTest } from '#contract/policies.ts';
import type { PolicySet, PolicySetPlan, PolicySetTest } from '#contract/policy-set.ts';
import { newId } from '#server/crypto/ids.ts';
import type { OrderPlan } from './assignment-queries.ts';
import { compareRules, type NamedRule } from './compare-rules.ts';
import { documentOf } from './policy-document.ts';
import type { PolicyRow } from './queries.ts';
import { groupsInTests, type PublishedState } from './read-policy-set.ts';
import type { NamedGroup } from './set-queries.ts';

type PlannedPolicy = PolicySetPlan['policies'][number];

export interface PolicyChange {
  /** Of the policy that is there under this name, also as a mere draft; else a new one. */
  id: string;
  isNew: boolean;
  change: 'create' | 'update' | 'keep';
  parts: PlannedPolicy['parts'];
  before: PolicyRow | null;
  document: PolicyDocument;
  /** The revision that is published afterwards. */
  revision: number;
}

export interface SetComparison {
  policies: readonly PolicyChange[];
  /** Published, and not in the set. */
  missing: readonly PolicyRow[];
  order: OrderPlan;
  orderChanges: PolicySetPlan['order'];
  fallback: PolicySetPlan['fallback'];
  baseline: PolicySetPlan['baseline'];
  /** Why the set means nothing definite. */
  problems: string[];
}

const key = (name: string): string => name.toLowerCase();
const parts = ['name', 'contents', 'defaults', 'tests', 'contact', 'explainsRules'] as const;

function repeatedNames(names: Iterable<string>): string[] {
  const seen = new Set<string>();
  return [...names].filter((name) => seen.size === seen.add(key(name)).size);
}

interface Naming {
  groups: ReadonlyMap<string, NamedGroup>;
  problems: string[];
}

function resolveTests(
  { name, tests }: { name: string; tests: readonly PolicySetTest[] },
  before: PolicyRow | null,
  { groups, problems }: Naming,
): PolicyTest[] {
  const known = new Set(groupsInTests(before?.tests ?? []));
  return tests.map(({ group, ...test }) => {
    if (group === null) return { ...test, groupId: null };
    const found = groups.get(group)?.id ?? (known.has(group) ? group : null);
    if (found === null) problems.push(`“${name}”: a test names the group “${group}”, which does not exist.`);
    return { ...test, groupId: found ?? group };
  });
}

function comparePolicy(wanted: PolicySet['policies'][number], before: PolicyRow | null, naming: Naming): PolicyChange {
  const document = { ...wanted, tests: resolveTests(wanted, before, naming) };
  const found = { id: before?.id ?? newId('pol'), isNew: before === null, before, document };
  if (before === null || before.revision === 0) return { ...found, change: 'create', parts: [...parts], revision: 1 };
  const was = documentOf(before);
  const changed = parts.filter((part) => !isDeepStrictEqual(was[part], document[part]));
  const isKept = changed.length === 0;
  return { ...found, change: isKept ? 'keep' : 'update', parts: changed, revision: before.revision + (isKept ? 0 : 1) };
}

const pair = (from: string | null, to: string | null) => (from === to ? null : { from, to });

/** What is published beside what shall be, by the names of policies and groups. Nothing of the documents is judged here. */
export function comparePolicySet(
  published: PublishedState,
  { policies: wanted, assignment }: PolicySet,
  groups: ReadonlyMap<string, NamedGroup>,
): SetComparison {
  const { state, rules, policies: rows } = published;
  const problems = repeatedNames(wanted.map(({ name }) => name)).map((name) => `Two policies are called “${name}”.`);
  const present = new Map(rows.map((row) => [key(row.name), row]));
  const policies = wanted.map((policy) =>
    comparePolicy(policy, present.get(key(policy.name)) ?? null, { groups, problems }),
  );
  const byName = new Map(policies.map((policy) => [key(policy.document.name), policy]));
  const policyIn = (name: string, where: string) => {
    const found = byName.get(key(name));
    if (!found) problems.push(`${where}: the policy “${name}” is not in the set.`);
    return found;
  };
  const after: NamedRule[] = [];
  for (const { group: asked, policy: name } of assignment.order) {
    const group = groups.get(asked);
    if (!group) problems.push(`Order: the group “${asked}” does not exist.`);
    const policy = policyIn(name, `Order, “${asked}”`);
    if (group && policy)
      after.push({ groupId: group.id, group: group.name, policyId: policy.id, policy: policy.document.name });
  }
  for (const name of repeatedNames(assignment.order.map(({ group }) => group)))
    problems.push(`Order: the group “${name}” stands in it twice; only its first place would count.`);
  const names = new Map(rows.map(({ id, name }) => [id, name]));
  const before = rules.map(({ groupId, groupName: group, policyId, policyName: policy }) => ({
    groupId,
    group,
    policyId,
    policy,
  }));
  const idOf = (name: string | null, where: string) => (name === null ? null : (policyIn(name, where)?.id ?? null));
  const nameOf = (id: string | null) => (id === null ? null : (names.get(id) ?? id));
  const nameAfter = (id: string | null) => policies.find((policy) => policy.id === id)?.document.name ?? null;
  const fallbackPolicyId = idOf(assignment.fallback, 'Fallback');
  const baselinePolicyId = idOf(assignment.baseline, 'Baseline');
  const wantedIds = new Set(policies.map(({ id }) => id));
  return {
    policies,
    missing: rows.filter(({ id, revision }) => revision > 0 && !wantedIds.has(id)),
    order: { items: after.map(({ groupId, policyId }) => ({ groupId, policyId })), fallbackPolicyId, baselinePolicyId },
    orderChanges: compareRules(before, after),
    fallback:
      state.fallbackPolicyId === fallbackPolicyId
        ? null
        : pair(nameOf(state.fallbackPolicyId), nameAfter(fallbackPolicyId)),
    baseline:
      state.baselinePolicyId === baselinePolicyId
        ? null
        : pair(nameOf(state.baselinePolicyId), nameAfter(baselinePolicyId)),
    problems,
  };
}
