import { z } from 'zod';
import type { teamConfig } from '#contract/team-config.ts';
import type { Bundle, BundleVersion } from '#contract/team-config-bundles.ts';
import { cutPage, decodeCursor } from '#server/db/keyset.ts';
import type { Database } from '#server/db/open-database.ts';
import { ReeveError } from '#server/fail.ts';
import { readDraft } from './draft-queries.ts';
import {
  type BundleListRow,
  listBundles,
  listVersions,
  readBundle,
  readPublished,
  readRule,
  readVersion,
} from './queries.ts';
import { readSubscriptions } from './subscribe-groups.ts';
import { versionOf } from './version-of.ts';

type Detail = z.input<NonNullable<(typeof teamConfig.get)['~orpc']['outputSchema']>>;

const newestOf = (row: BundleListRow): BundleVersion | null => {
  const { number, message, sha256, files, publishedAt, publishedBy, approvedBy } = row;
  // Of a left join: all of them are there, or none.
  if (number === null || publishedAt === null || publishedBy === null) return null;
  return versionOf({
    number,
    message: message ?? '',
    sha256: sha256 ?? '',
    files: files ?? 0,
    publishedAt,
    publishedBy,
    approvedBy,
  });
};

const openReviewOf = (row: BundleListRow): Bundle['openReview'] => {
  const { reviewId, reviewDraft, reviewMessage, requestedBy, requestedAt } = row;
  if (reviewId === null || reviewDraft === null || requestedBy === null || requestedAt === null) return null;
  return {
    id: reviewId,
    draftVersion: reviewDraft,
    message: reviewMessage ?? '',
    state: 'open',
    requestedBy,
    requestedAt: requestedAt.toISOString(),
    decidedBy: null,
    decidedAt: null,
    reason: '',
  };
};

const bundleOf = (row: BundleListRow): Bundle => ({
  id: row.id,
  slug: row.slug,
  name: row.name,
  description: row.description,
  newest: newestOf(row),
  draftVersion: row.draftVersion,
  draftAuthors: (row.draftAuthors ?? []).map(({ label }) => label),
  openReview: openReviewOf(row),
  groups: Number(row.groups ?? 0),
  repositories: Number(row.repositories ?? 0),
  updatedAt: row.updatedAt.toISOString(),
});

export async function showBundles(db: Database, workspaceId: string) {
  const rows = await listBundles(db, workspaceId);
  return { items: rows.map(bundleOf), secondApprover: await readRule(db, workspaceId) };
}

const absent = (bundleId: string) => new ReeveError('not-found', { bundleId });

/** @throws ReeveError not-found */
export async function showBundle(db: Database, workspaceId: string, id: string): Promise<Bundle> {
  const [row] = await listBundles(db, workspaceId, id);
  if (!row) throw absent(id);
  return bundleOf(row);
}

export const tarPath = (slug: string): string => `/team-config/${slug}.tar`;
export const gitPath = (slug: string): string => `/team-config/${slug}.git`;

/** @throws ReeveError not-found */
export async function showBundleDetail(
  db: Database,
  workspaceId: string,
  { id, origin }: { id: string; origin: string },
): Promise<Detail> {
  const bundle = await showBundle(db, workspaceId, id);
  const draft = await readDraft(db, workspaceId, id);
  const newest = bundle.newest ? await readPublished(db, workspaceId, id, bundle.newest.number) : undefined;
  return {
    bundle,
    draft: draft?.files ?? null,
    files: newest?.files ?? [],
    subscriptions: await readSubscriptions(db, workspaceId, id),
    tarUrl: `${origin}${tarPath(bundle.slug)}`,
    gitUrl: `${origin}${gitPath(bundle.slug)}`,
  };
}

const Position = z.tuple([z.string().regex(/^\d{1,9}$/)]);

/** @throws ReeveError not-found, bad-input for a cursor of another list */
export async function showVersions(
  db: Database,
  workspaceId: string,
  { id, cursor, limit }: { id: string; cursor?: string | undefined; limit: number },
) {
  if (!(await readBundle(db, workspaceId, id))) throw absent(id);
  const before = cursor === undefined ? null : Number(decodeCursor(cursor, Position)[0]);
  const rows = await listVersions(db, workspaceId, { bundleId: id, before, limit });
  const { page, nextCursor } = cutPage(rows, limit, ({ number }) => [String(number)]);
  return { items: page.map(versionOf), nextCursor };
}

/** @throws ReeveError not-found */
export async function showVersion(db: Database, workspaceId: string, { id, number }: { id: string; number: number }) {
  if (!(await readBundle(db, workspaceId, id))) throw absent(id);
  const row = await readVersion(db, workspaceId, id, number);
  const published = await readPublished(db, workspaceId, id, number);
  if (!row || !published) throw new ReeveError('not-found', { bundleId: id, version: number });
  return { version: versionOf(row), files: published.files };
}
