import { record } from '#server/audit/index.ts';
import { newId } from '#server/crypto/ids.ts';
import type { Database } from '#server/db/open-database.ts';
import { isReeveError, ReeveError } from '#server/fail.ts';
import type { Services } from '#server/services.ts';
import { decideReviewRow, insertReview, type ReviewRow, readOpenReview, readOpenReviewOf } from './draft-queries.ts';
import { authorOf } from './edit-draft.ts';
import { type By, requireBundle, subjectOf } from './hold-bundle.ts';
import { type PublishingServices, publishIn, requirePublishableDraft, requireValidDraft } from './publish-bundle.ts';
import { lockNames, putRule, readRule } from './queries.ts';
import { endReview } from './withdraw-review.ts';

type WritingServices = Pick<Services, 'db' | 'clock'>;

/** Also where no second person is needed: whoever wants one may ask. @throws ReeveError conflict where one is open, and as for publishing */
export async function requestReview(
  { db, clock }: WritingServices,
  by: By,
  { id, expectedDraft, message }: { id: string; expectedDraft: number; message: string },
): Promise<void> {
  const { workspaceId, actor } = by;
  const at = clock();
  await requireValidDraft(db, workspaceId, { id, expectedDraft });
  await db.transaction().execute(async (tx) => {
    const { bundle, draft, sha256 } = await requirePublishableDraft(tx, workspaceId, { id, expectedDraft });
    const open = await readOpenReviewOf(tx, workspaceId, id);
    if (open) throw new ReeveError('conflict', { reviewId: open.id, issue: 'This draft waits for a review already.' });
    const review = { id: newId('rvw'), bundleId: id, draftVersion: draft.version, message, authors: draft.authors };
    await insertReview(tx, workspaceId, { ...review, at, by: authorOf(by) });
    await record(tx, actor, 'bundle.review-requested', {
      at,
      subject: subjectOf(bundle),
      reviewId: review.id,
      draft: draft.version,
      sha256,
      message,
      authors: draft.authors.map(({ label }) => label),
    });
  });
}

/** A second person: somebody, not a program, who neither wrote a part nor asked. */
const mayApprove = ({ actor }: By, { authors, requestedById }: ReviewRow): boolean =>
  actor.kind === 'member' && actor.id !== requestedById && authors.every(({ id }) => id !== actor.id);

/** What takes long, before anybody has to wait for it. */
async function requireApprovable(db: Database, by: By, id: string): Promise<void> {
  const review = await readOpenReview(db, by.workspaceId, id);
  if (!review) throw new ReeveError('not-found', { reviewId: id });
  if (!mayApprove(by, review)) throw new ReeveError('review-refused', { reviewId: id });
  const target = { id: review.bundleId, expectedDraft: review.draftVersion };
  await requireValidDraft(db, by.workspaceId, target).catch((error: unknown) => {
    // The draft moved on since the review was read, which made the review void.
    throw isReeveError(error) && error.code === 'conflict' ? new ReeveError('not-found', { reviewId: id }) : error;
  });
}

async function approve(
  tx: Database,
  by: By,
  { review, at, origin, reason }: { review: ReviewRow; at: Date; origin: string; reason: string },
) {
  const { workspaceId, actor } = by;
  if (!mayApprove(by, review)) throw new ReeveError('review-refused', { reviewId: review.id });
  const found = await requirePublishableDraft(tx, workspaceId, {
    id: review.bundleId,
    expectedDraft: review.draftVersion,
  });
  const approvedBy = actor.label;
  await decideReviewRow(tx, workspaceId, { id: review.id, state: 'approved', at, by: approvedBy, reason });
  const { message, requestedBy: publishedBy } = review;
  await publishIn(tx, by, { ...found, origin, message, at, publishedBy, approvedBy });
}

export type Decision = 'approve' | 'decline' | 'withdraw';

/**
 * Approving publishes in the same transaction. Only whoever asked can withdraw; from anybody else that is declining.
 * @returns the id of the bundle. @throws ReeveError not-found where it was decided already, review-refused, and as for publishing
 */
export async function decideReview(
  { db, clock, origin }: PublishingServices,
  by: By,
  { id, decision, reason }: { id: string; decision: Decision; reason: string },
): Promise<string> {
  const { workspaceId, actor } = by;
  const at = clock();
  if (decision === 'approve') await requireApprovable(db, by, id);
  return db.transaction().execute(async (tx) => {
    const seen = await readOpenReview(tx, workspaceId, id);
    if (!seen) throw new ReeveError('not-found', { reviewId: id });
    const bundle = await requireBundle(tx, workspaceId, seen.bundleId);
    // Again, now that nobody else can decide it.
    const review = await readOpenReview(tx, workspaceId, id);
    if (!review) throw new ReeveError('not-found', { reviewId: id });
    if (decision === 'approve') await approve(tx, by, { review, at, origin, reason });
    else {
      const isAsker = actor.id !== null && actor.id === review.requestedById;
      if (decision === 'withdraw' && !isAsker)
        throw new ReeveError(
          'review-refused',
          { reviewId: id },
          { message: 'Only whoever asked for a review withdraws it. Decline it instead.' },
        );
      await endReview(tx, by, { review, state: isAsker ? 'withdrawn' : 'declined', bundle, at, reason });
    }
    return review.bundleId;
  });
}

/** Whether nobody publishes what they wrote themselves. */
export async function setReviewRule(
  { db, clock }: WritingServices,
  { workspaceId, actor }: By,
  secondApprover: boolean,
): Promise<void> {
  const at = clock();
  await db.transaction().execute(async (tx) => {
    await lockNames(tx, workspaceId);
    const before = { secondApprover: await readRule(tx, workspaceId) };
    await putRule(tx, workspaceId, secondApprover);
    const subject = { kind: 'workspace', id: workspaceId, label: 'Team Config' };
    await record(tx, actor, 'bundle.review-rule-updated', { at, subject, before, after: { secondApprover } });
  });
}
