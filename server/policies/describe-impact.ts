import type { PolicyImpact } from '#contract/policies.ts';
import type { Database } from '#server/db/open-database.ts';
import { countMatches, listGroupNames } from './impact-queries.ts';

/** An order with what it points to: enough to say what anybody gets. */
export interface PlanWithRevisions {
  assignments: readonly { groupId: string; policyId: string }[];
  fallbackPolicyId: string | null;
  baselinePolicyId: string | null;
  /** Published revision by policy; one that is missing here, or 0, applies to nobody. */
  revisions: ReadonlyMap<string, number>;
  names: ReadonlyMap<string, string>;
}

type Change = PolicyImpact['changed'][number];

const mostGroups = 100;

interface Got {
  policyId: string | null;
  /** The group that decides; null: the fallback or nothing does. */
  groupId: string | null;
  /** Policy and version together: equal means the same for whoever gets it. */
  version: string;
}

function getting(plan: PlanWithRevisions, place: number | null): Got {
  const match = place === null ? undefined : plan.assignments[place];
  const wanted = match?.policyId ?? plan.fallbackPolicyId;
  const revision = wanted === null ? 0 : (plan.revisions.get(wanted) ?? 0);
  const policyId = revision === 0 ? null : wanted;
  return { policyId, groupId: match?.groupId ?? null, version: `${policyId}@${policyId === null ? 0 : revision}` };
}

const baselineOf = ({ baselinePolicyId: id, revisions }: PlanWithRevisions): string =>
  id === null ? 'none' : `${id}@${revisions.get(id) ?? 0}`;

function kindOf(from: Got, to: Got): Change['kind'] {
  if (from.policyId === to.policyId) return 'new-version';
  if (from.policyId === null) return 'gains';
  return to.policyId === null ? 'loses' : 'changes';
}

const byMembers = (left: { members: number }, right: { members: number }): number => right.members - left.members;

function add<Key>(counts: Map<Key, number>, key: Key, members: number): void {
  counts.set(key, (counts.get(key) ?? 0) + members);
}

/** Who would get something else when `before` becomes `after`: another policy, or another version of theirs or of the baseline. */
export async function describeImpact(
  db: Database,
  workspaceId: string,
  { before, after }: { before: PlanWithRevisions; after: PlanWithRevisions },
): Promise<PolicyImpact> {
  const groupsOf = ({ assignments }: PlanWithRevisions) => assignments.map(({ groupId }) => groupId);
  const matches = await countMatches(db, workspaceId, { before: groupsOf(before), after: groupsOf(after) });
  const isBaselineNew = baselineOf(before) !== baselineOf(after);
  const changed = new Map<string, Change>();
  const byGroup = new Map<string, number>();
  let unchanged = 0;
  let elsewhere = 0;
  for (const { before: placeBefore, after: placeAfter, members } of matches) {
    const from = getting(before, placeBefore);
    const to = getting(after, placeAfter);
    if (from.version === to.version && !isBaselineNew) {
      unchanged += members;
      continue;
    }
    const key = `${from.policyId} ${to.policyId}`;
    const known = changed.get(key);
    const nameIn = ({ names }: PlanWithRevisions, id: string | null) => (id === null ? null : (names.get(id) ?? id));
    if (known) known.members += members;
    else {
      const names = { from: nameIn(before, from.policyId), to: nameIn(after, to.policyId) };
      changed.set(key, { ...names, members, kind: kindOf(from, to) });
    }
    if (to.groupId === null) elsewhere += members;
    else add(byGroup, to.groupId, members);
  }
  const largest = [...byGroup]
    .map(([groupId, members]) => ({ groupId, members }))
    .sort(byMembers)
    .slice(0, mostGroups);
  const names = await listGroupNames(
    db,
    workspaceId,
    largest.map(({ groupId }) => groupId),
  );
  return {
    unchanged,
    changed: [...changed.values()].sort(byMembers),
    byGroup: largest.map(({ groupId, members }) => ({ groupId, groupName: names.get(groupId) ?? groupId, members })),
    elsewhere,
  };
}
