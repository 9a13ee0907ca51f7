import type { PolicyTest } from '#contract/policies.ts';
import type { PolicySet, PolicySetTest } from '#contract/policy-set.ts';
import type { Database } from '#server/db/open-database.ts';
import { type AssignmentRow, listAssignments } from './assignment-queries.ts';
import { listGroupNames } from './impact-queries.ts';
import { listPolicies, type PolicyRow } from './queries.ts';
import { type PolicyState, readPolicyState } from './state-queries.ts';

/** Everything that is published, as it stood at one moment. */
export interface PublishedState {
  state: PolicyState;
  /** `revision` 0: only a draft, which belongs to no set. */
  policies: readonly PolicyRow[];
  rules: readonly AssignmentRow[];
  /** Of the groups in the order and in tests, by id. */
  groupNames: ReadonlyMap<string, string>;
}

export const groupsInTests = (tests: readonly PolicyTest[]): string[] =>
  tests.flatMap(({ groupId }) => (groupId === null ? [] : [groupId]));

/** In one snapshot: a change that is committed in between is seen whole or not at all. */
export const readPublishedState = (db: Database, workspaceId: string): Promise<PublishedState> =>
  db
    .transaction()
    .setIsolationLevel('repeatable read')
    .execute(async (tx) => {
      const state = await readPolicyState(tx, workspaceId);
      const policies = await listPolicies(tx, workspaceId);
      const rules = await listAssignments(tx, workspaceId);
      const inTests = policies.flatMap(({ tests }) => groupsInTests(tests));
      const groupNames = new Map(await listGroupNames(tx, workspaceId, [...new Set(inTests)]));
      for (const { groupId, groupName } of rules) groupNames.set(groupId, groupName);
      return { state, policies, rules, groupNames };
    });

/** A group that was deleted is named by its id, and the id means it again when the set is applied. */
const nameTests = (tests: readonly PolicyTest[], groupNames: ReadonlyMap<string, string>): PolicySetTest[] =>
  tests.map(({ groupId, ...test }) => ({
    ...test,
    group: groupId === null ? null : (groupNames.get(groupId) ?? groupId),
  }));

/** What is published, by names. */
export function asPolicySet({ state, policies, rules, groupNames }: PublishedState): PolicySet {
  const names = new Map(policies.map(({ id, name }) => [id, name]));
  const nameOf = (id: string | null) => (id === null ? null : (names.get(id) ?? id));
  return {
    policies: policies
      .filter(({ revision }) => revision > 0)
      .map(({ name, contents, defaults, tests, contact, explainsRules }) => ({
        name,
        contents,
        defaults,
        tests: nameTests(tests, groupNames),
        contact,
        explainsRules,
      })),
    assignment: {
      order: rules.map(({ groupName, policyName }) => ({ group: groupName, policy: policyName })),
      fallback: nameOf(state.fallbackPolicyId),
      baseline: nameOf(state.baselinePolicyId),
    },
  };
}
