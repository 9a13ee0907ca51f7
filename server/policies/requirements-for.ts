import type { Database } from '#server/db/open-database.ts';
import { ReeveError } from '#server/fail.ts';
import { findPolicy } from './find-policy.ts';
import { printToml } from './fit-document.ts';
import { listGroupNames, listPublished, type PublishedPolicy, readResolutionState } from './look-up-queries.ts';
import { mergeRequirements } from './merge-requirements.ts';
import { openDocument } from './open-document.ts';

export interface Requirements {
  /** Of the policy, with that of the baseline below it. */
  name: string;
  /** requirements.toml */
  contents: string;
}

const valuesOf = ({ contents }: PublishedPolicy): Record<string, unknown> => ({
  ...(openDocument(contents).root?.value as object | undefined),
});

/** As clients make one of the two. */
function together(policy: PublishedPolicy | null, baseline: PublishedPolicy | null): Requirements | null {
  if (policy && baseline)
    return {
      name: `${policy.name} over ${baseline.name}`,
      contents: printToml(mergeRequirements(valuesOf(policy), valuesOf(baseline))),
    };
  const only = policy ?? baseline;
  return only && { name: only.name, contents: only.contents };
}

/**
 * What the published policy of this id says, or what somebody gets who is in this group alone. Null: nothing applies to them.
 * @throws ReeveError not-found
 */
export async function requirementsFor(
  db: Database,
  workspaceId: string,
  wanted: { policyId: string } | { groupId: string },
): Promise<Requirements | null> {
  const state = await readResolutionState(db, workspaceId);
  const ids = [...state.order.map(({ policyId }) => policyId), state.fallbackPolicyId, state.baselinePolicyId];
  if ('policyId' in wanted) ids.push(wanted.policyId);
  const rows = await listPublished(db, workspaceId, [...new Set(ids.filter((id) => id !== null))]);
  const published = new Map(rows.map((policy) => [policy.id, policy]));
  if ('policyId' in wanted) {
    const policy = published.get(wanted.policyId);
    if (!policy) throw new ReeveError('not-found', wanted);
    const baseline = published.get(state.baselinePolicyId ?? '') ?? null;
    return together(policy, baseline?.id === policy.id ? null : baseline);
  }
  const [group] = await listGroupNames(db, workspaceId, [wanted.groupId]);
  if (!group) throw new ReeveError('not-found', wanted);
  const found = findPolicy(state, published, { groupIds: new Set([group.id]), who: group.name });
  return together(found.policy, found.baseline);
}
