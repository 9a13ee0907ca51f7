import { record } from '#server/audit/index.ts';
import type { Database } from '#server/db/open-database.ts';
import { ReeveError } from '#server/fail.ts';
import type { Services } from '#server/services.ts';
import { checkTeamConfig } from '../check/check-team-config.ts';
import { type DraftRow, deleteDraft, readDraft } from './draft-queries.ts';
import { changedPaths, newestFiles, requireExpectedDraft } from './edit-draft.ts';
import { sumOf } from './file-bytes.ts';
import { type By, requireBundle, subjectOf } from './hold-bundle.ts';
import { type BundleRow, changeBundle, insertVersion, readRule, readVersion, shareRuleLock } from './queries.ts';
import { withdrawOpenReview } from './withdraw-review.ts';

export type PublishingServices = Pick<Services, 'db' | 'clock' | 'origin'>;

export interface PublishableDraft {
  bundle: BundleRow;
  draft: DraftRow;
  sha256: string;
}

/**
 * The bundle, held until the transaction ends, and its draft, which can be published as it is.
 * @throws ReeveError not-found, conflict, bundle-not-valid with the findings, bundle-unchanged
 */
export async function requirePublishableDraft(
  tx: Database,
  workspaceId: string,
  { id, expectedDraft }: { id: string; expectedDraft: number },
): Promise<PublishableDraft> {
  const bundle = await requireBundle(tx, workspaceId, id);
  const draft = await readDraft(tx, workspaceId, id);
  requireExpectedDraft(draft, expectedDraft);
  if (!draft) throw new ReeveError('conflict', { currentDraft: null });
  if (draft.files.length === 0)
    throw new ReeveError('bundle-not-valid', { findings: [], issue: 'The bundle has no files.' });
  const findings = checkTeamConfig(draft.files).findings.filter(({ severity }) => severity === 'error');
  if (findings.length > 0) throw new ReeveError('bundle-not-valid', { findings });
  const sha256 = sumOf(draft.files);
  const newest = await readVersion(tx, workspaceId, id, bundle.newest);
  if (newest?.sha256 === sha256) throw new ReeveError('bundle-unchanged', { version: newest.number });
  return { bundle, draft, sha256 };
}

/** Makes the draft the next version. Call it after `requirePublishableDraft`, in the same transaction. */
export async function publishIn(
  tx: Database,
  { workspaceId, actor }: By,
  publication: PublishableDraft & {
    origin: string;
    message: string;
    at: Date;
    publishedBy: string;
    approvedBy: string | null;
  },
): Promise<number> {
  const { bundle, draft, sha256, origin, message, at, publishedBy, approvedBy } = publication;
  const { id: bundleId, name } = bundle;
  const before = await newestFiles(tx, workspaceId, bundle);
  const number = bundle.newest + 1;
  const { files } = draft;
  const version = { bundleId, number, files, sha256, name, origin, message, at, publishedBy, approvedBy };
  await insertVersion(tx, workspaceId, version);
  await changeBundle(tx, workspaceId, { id: bundleId, at, newest: number });
  await deleteDraft(tx, workspaceId, bundleId);
  await record(tx, actor, 'bundle.published', {
    at,
    subject: subjectOf(bundle),
    version: number,
    sha256,
    message,
    publishedBy,
    approvedBy,
    authors: draft.authors.map(({ label }) => label),
    ...changedPaths(before, files),
  });
  return number;
}

/** @returns the number of the version. @throws ReeveError review-needed, and what `requirePublishableDraft` throws */
export async function publishBundle(
  { db, clock, origin }: PublishingServices,
  by: By,
  { id, expectedDraft, message }: { id: string; expectedDraft: number; message: string },
): Promise<number> {
  const { workspaceId, actor } = by;
  const at = clock();
  return db.transaction().execute(async (tx) => {
    await shareRuleLock(tx, workspaceId);
    const found = await requirePublishableDraft(tx, workspaceId, { id, expectedDraft });
    if (await readRule(tx, workspaceId)) throw new ReeveError('review-needed', { bundleId: id });
    const { bundle } = found;
    await withdrawOpenReview(tx, by, { bundle, at, reason: 'It was published without a second person.' });
    return publishIn(tx, by, { ...found, origin, message, at, publishedBy: actor.label, approvedBy: null });
  });
}
