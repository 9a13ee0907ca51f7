import type { Policy, PolicySummary } from '#contract/policies.ts';
import type { PublicationRequest } from '#contract/policy-documents.ts';
import type { Database } from '#server/db/open-database.ts';
import { ReeveError } from '#server/fail.ts';
import { listAssignments } from './assignment-queries.ts';
import type { By } from './change-state.ts';
import { countMembersByPolicy } from './count-members.ts';
import { mayApprove } from './decide-request.ts';
import { readDraft } from './draft-queries.ts';
import { requirePolicy } from './edit-draft.ts';
import { documentOf } from './policy-document.ts';
import { listSummaryRows, type SummaryRow } from './queries.ts';
import { listOpenRequests, type RequestRow, readOpenRequestOf } from './request-queries.ts';
import { readPolicyState } from './state-queries.ts';
import { validateDocument } from './validate-document.ts';

interface Surroundings {
  fallbackPolicyId: string | null;
  baselinePolicyId: string | null;
  groups: ReadonlyMap<string, PolicySummary['groups']>;
  members: ReadonlyMap<string | null, number>;
}

/** Whoever looks: what they may decide is theirs. */
export interface Viewer extends By {
  mayWrite: boolean;
}

async function readSurroundings(db: Database, workspaceId: string): Promise<Surroundings> {
  const assignments = await listAssignments(db, workspaceId);
  const { fallbackPolicyId, baselinePolicyId } = await readPolicyState(db, workspaceId);
  const groups = new Map<string, PolicySummary['groups']>();
  for (const { policyId, groupId, groupName, position } of assignments) {
    const group = { id: groupId, name: groupName, position };
    const known = groups.get(policyId);
    if (known) known.push(group);
    else groups.set(policyId, [group]);
  }
  const members = await countMembersByPolicy(db, workspaceId, { assignments, fallbackPolicyId });
  return { fallbackPolicyId, baselinePolicyId, groups, members };
}

const summarize = (
  { updatedAt, ...row }: SummaryRow,
  { groups, members, fallbackPolicyId, baselinePolicyId }: Surroundings,
): PolicySummary => ({
  ...row,
  isFallback: row.id === fallbackPolicyId,
  isBaseline: row.id === baselinePolicyId,
  groups: groups.get(row.id) ?? [],
  memberCount: members.get(row.id) ?? 0,
  updatedAt: updatedAt.toISOString(),
});

export async function readPolicySummaries(db: Database, workspaceId: string): Promise<PolicySummary[]> {
  const surroundings = await readSurroundings(db, workspaceId);
  return (await listSummaryRows(db, workspaceId)).map((row) => summarize(row, surroundings));
}

const requestOf = (
  { requestedAt, requestedById, authors, ...row }: RequestRow,
  viewer: Viewer,
): PublicationRequest => ({
  ...row,
  requestedAt: requestedAt.toISOString(),
  authors: authors.map(({ label }) => label),
  mayDecide: viewer.mayWrite && mayApprove(viewer, { requestedAt, requestedById, authors, ...row }),
});

export const readRequests = async (db: Database, viewer: Viewer): Promise<PublicationRequest[]> =>
  (await listOpenRequests(db, viewer.workspaceId)).map((row) => requestOf(row, viewer));

/** @throws ReeveError not-found */
export async function readPolicyDetail(db: Database, viewer: Viewer, id: string): Promise<Policy> {
  const { workspaceId } = viewer;
  const policy = await requirePolicy(db, workspaceId, id);
  const [row] = await listSummaryRows(db, workspaceId, id);
  if (!row) throw new ReeveError('not-found', { policyId: id });
  const draft = await readDraft(db, workspaceId, id);
  const request = await readOpenRequestOf(db, workspaceId, id);
  const published = policy.revision === 0 ? null : documentOf(policy);
  return {
    ...summarize(row, await readSurroundings(db, workspaceId)),
    published,
    draft: draft
      ? {
          ...documentOf(draft),
          version: draft.version,
          basedOn: draft.basedOn,
          updatedAt: draft.updatedAt.toISOString(),
          updatedBy: draft.updatedBy,
        }
      : null,
    request: request ? requestOf(request, viewer) : null,
    diagnostics: validateDocument(published?.contents ?? draft?.contents ?? ''),
  };
}
