import { record } from '#server/audit/index.ts';
import type { Database } from '#server/db/open-database.ts';
import { decideReviewRow, type ReviewRow, readOpenReviewOf } from './draft-queries.ts';
import { type By, subjectOf } from './hold-bundle.ts';
import type { BundleRow } from './queries.ts';

interface Ending {
  bundle: Pick<BundleRow, 'id' | 'name'>;
  at: Date;
  reason: string;
}

export async function endReview(
  tx: Database,
  { workspaceId, actor }: By,
  { review, state, bundle, at, reason }: Ending & { review: ReviewRow; state: 'declined' | 'withdrawn' },
): Promise<void> {
  await decideReviewRow(tx, workspaceId, { id: review.id, state, at, by: actor.label, reason });
  await record(tx, actor, 'bundle.review-decided', {
    at,
    subject: subjectOf(bundle),
    reviewId: review.id,
    draft: review.draftVersion,
    outcome: state,
    reason,
  });
}

/** A review is about the draft as it was then: with that draft it ends. Call it while the bundle is held. */
export async function withdrawOpenReview(tx: Database, by: By, ending: Ending): Promise<void> {
  const review = await readOpenReviewOf(tx, by.workspaceId, ending.bundle.id);
  if (review) await endReview(tx, by, { ...ending, review, state: 'withdrawn' });
}
