import type { BundleFile } from '#contract/team-config-files.ts';
import type { Database } from '#server/db/open-database.ts';
import type { Author } from '#server/db/policy-tables.ts';

export const readDraft = (db: Database, workspaceId: string, bundleId: string) =>
  db
    .selectFrom('team_config_drafts')
    .select(['version', 'files', 'authors', 'updated_by as updatedBy'])
    .where('workspace_id', '=', workspaceId)
    .where('bundle_id', '=', bundleId)
    .executeTakeFirst();

export type DraftRow = NonNullable<Awaited<ReturnType<typeof readDraft>>>;

export async function putDraft(
  tx: Database,
  workspaceId: string,
  draft: {
    bundleId: string;
    version: number;
    files: readonly BundleFile[];
    authors: readonly Author[];
    at: Date;
    by: string;
  },
): Promise<void> {
  const row = {
    version: draft.version,
    files: JSON.stringify(draft.files),
    authors: JSON.stringify(draft.authors),
    updated_at: draft.at,
    updated_by: draft.by,
  };
  await tx
    .insertInto('team_config_drafts')
    .values({ bundle_id: draft.bundleId, workspace_id: workspaceId, ...row })
    .onConflict((conflict) => conflict.column('bundle_id').doUpdateSet(row))
    .execute();
}

export async function deleteDraft(tx: Database, workspaceId: string, bundleId: string): Promise<void> {
  await tx
    .deleteFrom('team_config_drafts')
    .where('workspace_id', '=', workspaceId)
    .where('bundle_id', '=', bundleId)
    .execute();
}

const openReviews = (db: Database, workspaceId: string) =>
  db
    .selectFrom('team_config_reviews')
    .select([
      'id',
      'bundle_id as bundleId',
      'draft_version as draftVersion',
      'message',
      'authors',
      'requested_by_id as requestedById',
      'requested_by as requestedBy',
    ])
    .where('workspace_id', '=', workspaceId)
    .where('state', '=', 'open');

export const readOpenReview = (db: Database, workspaceId: string, id: string) =>
  openReviews(db, workspaceId).where('id', '=', id).executeTakeFirst();

export const readOpenReviewOf = (db: Database, workspaceId: string, bundleId: string) =>
  openReviews(db, workspaceId).where('bundle_id', '=', bundleId).executeTakeFirst();

export type ReviewRow = NonNullable<Awaited<ReturnType<typeof readOpenReview>>>;

export async function insertReview(
  tx: Database,
  workspaceId: string,
  review: {
    id: string;
    bundleId: string;
    draftVersion: number;
    message: string;
    authors: readonly Author[];
    at: Date;
    by: Author;
  },
): Promise<void> {
  await tx
    .insertInto('team_config_reviews')
    .values({
      id: review.id,
      bundle_id: review.bundleId,
      workspace_id: workspaceId,
      draft_version: review.draftVersion,
      message: review.message,
      authors: JSON.stringify(review.authors),
      state: 'open',
      requested_by_id: review.by.id,
      requested_by: review.by.label,
      requested_at: review.at,
      decided_by: null,
      decided_at: null,
    })
    .execute();
}

export async function decideReviewRow(
  tx: Database,
  workspaceId: string,
  {
    id,
    state,
    at,
    by,
    reason,
  }: { id: string; state: 'approved' | 'declined' | 'withdrawn'; at: Date; by: string; reason: string },
): Promise<void> {
  await tx
    .updateTable('team_config_reviews')
    .set({ state, decided_at: at, decided_by: by, reason })
    .where('workspace_id', '=', workspaceId)
    .where('id', '=', id)
    .execute();
}
