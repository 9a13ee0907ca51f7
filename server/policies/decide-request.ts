import { record } from '#server/audit/index.ts';
import type { Database } from '#server/db/open-database.ts';
import { ReeveError } from '#server/fail.ts';
import type { Services } from '#server/services.ts';
import { type By, changePolicyState } from './change-state.ts';
import { publicationSummary, publishIn, requirePublishableDraft } from './publish-policy.ts';
import { decideRequest, type RequestRow, readOpenRequest } from './request-queries.ts';
import { lockPolicyState } from './state-queries.ts';

type DecidingServices = Pick<Services, 'db' | 'clock'>;

/** A second person: somebody, not a program, who neither wrote the draft nor asked. */
export const mayApprove = ({ actor }: By, { authors, requestedById }: RequestRow): boolean =>
  actor.kind === 'member' && actor.id !== requestedById && authors.every(({ id }) => id !== actor.id);

async function requireOpen(tx: Database, workspaceId: string, requestId: string): Promise<RequestRow> {
  const request = await readOpenRequest(tx, workspaceId, requestId);
  if (!request) throw new ReeveError('not-found', { requestId });
  return request;
}

/** Approves and publishes. @returns the policy's id. @throws ReeveError policy-approval-refused and what publishing throws */
export async function approveRequest(services: DecidingServices, by: By, requestId: string): Promise<string> {
  let policyId = '';
  const change = { kind: 'publication', summary: publicationSummary } as const;
  await changePolicyState(services, by, change, async (tx, _state, at) => {
    const request = await requireOpen(tx, by.workspaceId, requestId);
    if (!mayApprove(by, request)) throw new ReeveError('policy-approval-refused', { requestId });
    policyId = request.policyId;
    const wanted = { id: policyId, expectedDraft: request.draftVersion };
    const found = await requirePublishableDraft(tx, by.workspaceId, wanted);
    const approvedBy = by.actor.label;
    const decision = { id: requestId, state: 'approved', at, by: approvedBy, reason: '' } as const;
    await decideRequest(tx, by.workspaceId, decision);
    const { message, requestedBy } = request;
    return publishIn(tx, by, { ...found, message, at, publishedBy: requestedBy, approvedBy });
  });
  return policyId;
}

/** The draft stays. From whoever asked it is a withdrawal. */
export async function declineRequest(
  { db, clock }: DecidingServices,
  { workspaceId, actor }: By,
  { requestId, reason }: { requestId: string; reason: string },
): Promise<void> {
  const at = clock();
  await db.transaction().execute(async (tx) => {
    await lockPolicyState(tx, workspaceId);
    const { policyId, policyName, requestedById } = await requireOpen(tx, workspaceId, requestId);
    const state = actor.id !== null && actor.id === requestedById ? 'withdrawn' : 'declined';
    await decideRequest(tx, workspaceId, { id: requestId, state, at, by: actor.label, reason });
    const subject = { kind: 'policy', id: policyId, label: policyName };
    await record(tx, actor, 'policy.approval-declined', { at, subject, requestId, outcome: state, reason });
  });
}
