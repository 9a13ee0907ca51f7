import type { PolicyDocument } from '#contract/policies.ts';
import { record } from '#server/audit/index.ts';
import { newId } from '#server/crypto/ids.ts';
import type { Database } from '#server/db/open-database.ts';
import type { Author } from '#server/db/policy-tables.ts';
import { ReeveError } from '#server/fail.ts';
import type { Services } from '#server/services.ts';
import { type By, requireOwnHand } from './change-state.ts';
import { type DraftRow, deleteDraft, putDraft, readDraft } from './draft-queries.ts';
import { changesBetween, documentOf } from './policy-document.ts';
import { insertPolicy, isNameTaken, markDeleted, type PolicyRow, readPolicy, renamePolicy } from './queries.ts';
import { readVersion } from './revision-queries.ts';
import { lockPolicyState } from './state-queries.ts';
import { withdrawOpenRequest } from './withdraw-request.ts';

type WritingServices = Pick<Services, 'db' | 'clock'>;

/** @throws ReeveError already-exists */
export async function requireFreeName(
  tx: Database,
  workspaceId: string,
  wanted: { name: string; exceptId: string | null },
): Promise<void> {
  if (await isNameTaken(tx, workspaceId, wanted))
    throw new ReeveError('already-exists', { field: 'name', name: wanted.name });
}

/** @throws ReeveError not-found */
export async function requirePolicy(db: Database, workspaceId: string, id: string): Promise<PolicyRow> {
  const policy = await readPolicy(db, workspaceId, id);
  if (!policy) throw new ReeveError('not-found', { policyId: id });
  return policy;
}

export const authorOf = ({ actor }: By): Author => ({ id: actor.id, label: actor.label });

function withAuthor(authors: readonly Author[], author: Author): Author[] {
  const isThere = authors.some(({ id, label }) => id === author.id && label === author.label);
  return isThere ? [...authors] : [...authors, author];
}

export type WrittenDocument = Pick<PolicyDocument, 'name' | 'contents'> & Change;

/** A field that is left out stays as it is. */
type Change = { [Key in keyof PolicyDocument]?: PolicyDocument[Key] | undefined };

const emptyDocument: PolicyDocument = {
  name: '',
  contents: '',
  defaults: '',
  tests: [],
  contact: '',
  explainsRules: false,
};

const changed = (before: PolicyDocument, { name, contents, defaults, tests, contact, explainsRules }: Change) => ({
  name: name ?? before.name,
  contents: contents ?? before.contents,
  defaults: defaults ?? before.defaults,
  tests: tests ?? before.tests,
  contact: contact ?? before.contact,
  explainsRules: explainsRules ?? before.explainsRules,
});

/** A policy that nobody gets: it exists as a draft until it is published. */
export async function createPolicy({ db, clock }: WritingServices, by: By, written: WrittenDocument): Promise<string> {
  const { workspaceId, actor } = by;
  const id = newId('pol');
  const at = clock();
  const document = changed(emptyDocument, written);
  await db.transaction().execute(async (tx) => {
    requireOwnHand(await lockPolicyState(tx, workspaceId), by);
    await requireFreeName(tx, workspaceId, { name: document.name, exceptId: null });
    await insertPolicy(tx, workspaceId, { id, name: document.name, at, by: actor.label });
    const draft = { policyId: id, version: 1, basedOn: 0, document, restoredFrom: null };
    await putDraft(tx, workspaceId, { ...draft, authors: [authorOf(by)], at, by: actor.label });
    await record(tx, actor, 'policy.created', {
      at,
      subject: { kind: 'policy', id, label: document.name },
      after: document,
    });
  });
  return id;
}

function requireExpected(policy: PolicyRow, draft: DraftRow | undefined, expectedDraft: number | null): void {
  if ((draft?.version ?? null) === expectedDraft) return;
  const updatedBy = draft ? draft.updatedBy : policy.updatedBy;
  throw new ReeveError('conflict', { currentVersion: draft?.version ?? null, updatedBy });
}

interface DraftTarget {
  id: string;
  expectedDraft: number | null;
}

/** What is typed is kept, right or wrong: only publishing refuses. Null keeps what an earlier save said of where it came from. */
async function writeDraft(
  { db, clock }: WritingServices,
  by: By,
  { id, expectedDraft }: DraftTarget,
  write: (tx: Database) => Promise<{ change: Change; restoredFrom: number | null }>,
): Promise<void> {
  const { workspaceId, actor } = by;
  const at = clock();
  await db.transaction().execute(async (tx) => {
    requireOwnHand(await lockPolicyState(tx, workspaceId), by);
    const policy = await requirePolicy(tx, workspaceId, id);
    const draft = await readDraft(tx, workspaceId, id);
    requireExpected(policy, draft, expectedDraft);
    const { change, restoredFrom } = await write(tx);
    const before = documentOf(draft ?? policy);
    const document = changed(before, change);
    if (document.name.toLowerCase() !== before.name.toLowerCase())
      await requireFreeName(tx, workspaceId, { name: document.name, exceptId: id });
    if (policy.revision === 0) await renamePolicy(tx, workspaceId, id, document.name);
    const version = (draft?.version ?? 0) + 1;
    await putDraft(tx, workspaceId, {
      policyId: id,
      version,
      basedOn: draft?.basedOn ?? policy.revision,
      document,
      restoredFrom: restoredFrom ?? draft?.restoredFrom ?? null,
      authors: withAuthor(draft?.authors ?? [], authorOf(by)),
      at,
      by: actor.label,
    });
    await withdrawOpenRequest(tx, by, { policyId: id, at, reason: 'The draft was changed.' });
    const subject = { kind: 'policy', id, label: document.name };
    const restored = restoredFrom === null ? {} : { restoredFrom };
    await record(tx, actor, 'policy.draft-saved', {
      at,
      subject,
      draft: version,
      ...restored,
      ...changesBetween(before, document),
    });
  });
}

/** Changes nobody. Starts from what is published where there is no draft. @throws ReeveError conflict, already-exists, not-found */
export const saveDraft = (services: WritingServices, by: By, { id, expectedDraft, ...change }: DraftTarget & Change) =>
  writeDraft(services, by, { id, expectedDraft }, async () => ({ change, restoredFrom: null }));

/** Brings a version back as the draft. */
export const restoreVersion = (
  services: WritingServices,
  by: By,
  { id, expectedDraft, revision }: DraftTarget & { revision: number },
) =>
  writeDraft(services, by, { id, expectedDraft }, async (tx) => {
    const version = await readVersion(tx, by.workspaceId, { policyId: id, revision });
    if (!version) throw new ReeveError('not-found', { policyId: id, revision });
    return { change: documentOf(version), restoredFrom: revision };
  });

/** What is published stays; a policy that never was goes with its draft. */
export async function discardDraft({ db, clock }: WritingServices, by: By, id: string): Promise<void> {
  const { workspaceId, actor } = by;
  const at = clock();
  await db.transaction().execute(async (tx) => {
    await lockPolicyState(tx, workspaceId);
    const policy = await requirePolicy(tx, workspaceId, id);
    const draft = await readDraft(tx, workspaceId, id);
    if (!draft) throw new ReeveError('not-found', { policyId: id, issue: 'there is no draft' });
    await withdrawOpenRequest(tx, by, { policyId: id, at, reason: 'The draft was thrown away.' });
    await deleteDraft(tx, workspaceId, id);
    const subject = { kind: 'policy', id, label: draft.name };
    await record(tx, actor, 'policy.draft-discarded', { at, subject, before: documentOf(draft) });
    if (policy.revision > 0) return;
    await markDeleted(tx, workspaceId, id, at);
    await record(tx, actor, 'policy.deleted', { at, subject, because: 'It was never published.' });
  });
}
