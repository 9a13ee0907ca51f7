import { record } from '#server/audit/index.ts';
import { newId } from '#server/crypto/ids.ts';
import type { Database } from '#server/db/open-database.ts';
import { ReeveError } from '#server/fail.ts';
import type { Services } from '#server/services.ts';
import { type By, changePolicyState } from './change-state.ts';
import { checkPublication, requirePublishable } from './check-publication.ts';
import { supersedePolicy } from './delivery-queries.ts';
import { type DraftRow, deleteDraft, readDraft } from './draft-queries.ts';
import { authorOf, requireFreeName, requirePolicy } from './edit-draft.ts';
import { documentOf, isSameDocument } from './policy-document.ts';
import type { PolicyRow } from './queries.ts';
import { insertRequest, readOpenRequestOf } from './request-queries.ts';
import { putRevision, readVersion } from './revision-queries.ts';
import { withdrawOpenRequest } from './withdraw-request.ts';

interface Publication {
  id: string;
  expectedDraft: number;
  message: string;
}

interface Publishable {
  policy: PolicyRow;
  draft: DraftRow;
}

/** @throws ReeveError not-found, policy-draft-missing, conflict, already-exists, policy-refused, policy-tests-failed */
export async function requirePublishableDraft(
  tx: Database,
  workspaceId: string,
  { id, expectedDraft }: Pick<Publication, 'id' | 'expectedDraft'>,
): Promise<Publishable> {
  const policy = await requirePolicy(tx, workspaceId, id);
  const draft = await readDraft(tx, workspaceId, id);
  if (!draft) throw new ReeveError('policy-draft-missing', { policyId: id });
  if (draft.version !== expectedDraft)
    throw new ReeveError('conflict', { currentVersion: draft.version, updatedBy: draft.updatedBy });
  await requireFreeName(tx, workspaceId, { name: draft.name, exceptId: id });
  requirePublishable(await checkPublication(tx, workspaceId, { policyId: id, document: documentOf(draft) }));
  return { policy, draft };
}

/** The version that the draft brought back, if it was not changed since. */
async function restoredBy(tx: Database, workspaceId: string, { policy, draft }: Publishable): Promise<number | null> {
  if (draft.restoredFrom === null) return null;
  const version = await readVersion(tx, workspaceId, { policyId: policy.id, revision: draft.restoredFrom });
  return version && isSameDocument(version, draft) ? draft.restoredFrom : null;
}

export interface PublishedVersion {
  name: string;
  revision: number;
}

export const publicationSummary = ({ name, revision }: PublishedVersion): string =>
  `Published “${name}”, version ${revision}.`;

/** Makes the draft what is published. Call it in `changePolicyState` after `requirePublishableDraft`. */
export async function publishIn(
  tx: Database,
  { workspaceId, actor }: By,
  {
    policy,
    draft,
    message,
    at,
    publishedBy,
    approvedBy,
  }: Publishable & {
    message: string;
    at: Date;
    publishedBy: string;
    approvedBy: string | null;
  },
): Promise<PublishedVersion> {
  const { id } = policy;
  const revision = policy.revision + 1;
  const document = documentOf(draft);
  const restoredFrom = await restoredBy(tx, workspaceId, { policy, draft });
  const version = { policyId: id, revision, document, message, at, publishedBy, approvedBy, restoredFrom };
  await putRevision(tx, workspaceId, version);
  await deleteDraft(tx, workspaceId, id);
  await supersedePolicy(tx, workspaceId, { policyId: id, at });
  await record(tx, actor, 'policy.published', {
    at,
    subject: { kind: 'policy', id, label: document.name },
    revision,
    message,
    publishedBy,
    approvedBy,
    restoredFrom,
    before: policy.revision === 0 ? null : documentOf(policy),
    after: document,
  });
  return { name: document.name, revision };
}

async function requestApproval(
  tx: Database,
  by: By,
  { policy, draft, message, at }: Publishable & { message: string; at: Date },
): Promise<void> {
  const { workspaceId, actor } = by;
  const open = await readOpenRequestOf(tx, workspaceId, policy.id);
  if (open) throw new ReeveError('conflict', { requestId: open.id, issue: 'this draft waits for approval already' });
  const id = newId('prq');
  const { authors } = draft;
  const request = { id, policyId: policy.id, draftVersion: draft.version, message, authors, at, by: authorOf(by) };
  await insertRequest(tx, workspaceId, request);
  await record(tx, actor, 'policy.approval-requested', {
    at,
    subject: { kind: 'policy', id: policy.id, label: draft.name },
    requestId: id,
    draft: draft.version,
    message,
    authors: authors.map(({ label }) => label),
  });
}

/** Publishes the draft; where the workspace wants a second person, asks for one instead. */
export async function publishDraft(
  services: Pick<Services, 'db' | 'clock'>,
  by: By,
  { id, expectedDraft, message }: Publication,
): Promise<'published' | 'awaits-approval'> {
  const change = { kind: 'publication', summary: publicationSummary } as const;
  const published = await changePolicyState(services, by, change, async (tx, state, at) => {
    const found = await requirePublishableDraft(tx, by.workspaceId, { id, expectedDraft });
    if (state.secondApprover) {
      await requestApproval(tx, by, { ...found, message, at });
      return null;
    }
    await withdrawOpenRequest(tx, by, { policyId: id, at, reason: 'It was published without a second person.' });
    const publishedBy = by.actor.label;
    return publishIn(tx, by, { ...found, message, at, publishedBy, approvedBy: null });
  });
  return published === null ? 'awaits-approval' : 'published';
}
