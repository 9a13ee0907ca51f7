import { record } from '#server/audit/index.ts';
import type { Database } from '#server/db/open-database.ts';
import { ReeveError } from '#server/fail.ts';
import type { Services } from '#server/services.ts';
import { checkTeamConfig } from '../check/check-team-config.ts';
import { sumOfBundle } from '../files/bundle-sum.ts';
import { type DraftRow, deleteDraft, readDraft } from './draft-queries.ts';
import { changedPaths, newestFiles, requireExpectedDraft } from './edit-draft.ts';
import { type By, requireBundle, subjectOf } from './hold-bundle.ts';
import {
  type BundleRow,
  changeBundle,
  insertVersion,
  readBundle,
  readRule,
  readVersion,
  shareRuleLock,
} from './queries.ts';
import { withdrawOpenReview } from './withdraw-review.ts';

export type PublishingServices = Pick<Services, 'db' | 'clock' | 'origin'>;

export interface PublishableDraft {
  bundle: BundleRow;
  draft: DraftRow;
  sha256: string;
}

interface DraftTarget {
  id: string;
  expectedDraft: number;
}

/** The draft that somebody saw, which is there. @throws ReeveError conflict */
async function requireSeenDraft(db: Database, workspaceId: string, { id, expectedDraft }: DraftTarget) {
  const draft = await readDraft(db, workspaceId, id);
  requireExpectedDraft(draft, expectedDraft);
  if (!draft) throw new ReeveError('conflict', { currentDraft: null });
  return draft;
}

/**
 * Whether the files of a draft can be published. Call it before the transaction: it takes its time, during which nobody is to wait. A
 * number of a draft never names other files, so what is found holds for as long as the draft has that number.
 * @throws ReeveError not-found, conflict, bundle-not-valid with the findings
 */
export async function requireValidDraft(db: Database, workspaceId: string, target: DraftTarget): Promise<void> {
  if (!(await readBundle(db, workspaceId, target.id))) throw new ReeveError('not-found', { bundleId: target.id });
  const { files } = await requireSeenDraft(db, workspaceId, target);
  if (files.length === 0) throw new ReeveError('bundle-not-valid', { findings: [], issue: 'The bundle has no files.' });
  const findings = checkTeamConfig(files).findings.filter(({ severity }) => severity === 'error');
  if (findings.length > 0) throw new ReeveError('bundle-not-valid', { findings });
}

/**
 * The bundle, held until the transaction ends, and its draft. Call it after `requireValidDraft` with the same draft.
 * @throws ReeveError not-found, conflict, bundle-unchanged
 */
export async function requirePublishableDraft(
  tx: Database,
  workspaceId: string,
  target: DraftTarget,
): Promise<PublishableDraft> {
  const bundle = await requireBundle(tx, workspaceId, target.id);
  const draft = await requireSeenDraft(tx, workspaceId, target);
  const sha256 = sumOfBundle(draft.files);
  const newest = await readVersion(tx, workspaceId, target.id, bundle.newest);
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

/** @returns the number of the version. @throws ReeveError review-needed, bundle-not-valid, and what `requirePublishableDraft` throws */
export async function publishBundle(
  { db, clock, origin }: PublishingServices,
  by: By,
  { id, expectedDraft, message }: { id: string; expectedDraft: number; message: string },
): Promise<number> {
  const { workspaceId, actor } = by;
  const at = clock();
  await requireValidDraft(db, workspaceId, { id, expectedDraft });
  return db.transaction().execute(async (tx) => {
    await shareRuleLock(tx, workspaceId);
    const found = await requirePublishableDraft(tx, workspaceId, { id, expectedDraft });
    if (await readRule(tx, workspaceId)) throw new ReeveError('review-needed', { bundleId: id });
    const { bundle } = found;
    await withdrawOpenReview(tx, by, { bundle, at, reason: 'It was published without a second person.' });
    return publishIn(tx, by, { ...found, origin, message, at, publishedBy: actor.label, approvedBy: null });
  });
}
