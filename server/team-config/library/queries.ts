import { sql } from 'kysely';
import type { BundleFile } from '#contract/team-config-files.ts';
import type { Database } from '#server/db/open-database.ts';

const columns = [
  'b.id',
  'b.slug',
  'b.name',
  'b.description',
  'b.newest',
  'b.last_draft as lastDraft',
  'b.updated_at as updatedAt',
] as const;

const live = (db: Database, workspaceId: string) =>
  db
    .selectFrom('team_config_bundles as b')
    .select(columns)
    .where('b.workspace_id', '=', workspaceId)
    .where('b.deleted_at', 'is', null);

export const readBundle = (db: Database, workspaceId: string, id: string) =>
  live(db, workspaceId).where('b.id', '=', id).executeTakeFirst();

export type BundleRow = NonNullable<Awaited<ReturnType<typeof readBundle>>>;

/** Whoever changes a bundle waits here; what only refers to it, such as a subscription, does not. */
export const lockBundle = (tx: Database, workspaceId: string, id: string): Promise<BundleRow | undefined> =>
  live(tx, workspaceId).where('b.id', '=', id).forNoKeyUpdate().executeTakeFirst();

export const readBundleBySlug = (db: Database, workspaceId: string, slug: string) =>
  live(db, workspaceId).where('b.slug', '=', slug).executeTakeFirst();

export const listBundlesBySlug = async (db: Database, workspaceId: string, slugs: readonly string[]) =>
  slugs.length === 0
    ? []
    : live(db, workspaceId)
        .where('b.slug', 'in', [...slugs])
        .execute();

/** Names and addresses are given out one after the other. */
export const lockNames = (tx: Database, workspaceId: string) =>
  tx.selectFrom('workspaces').select('id').where('id', '=', workspaceId).forNoKeyUpdate().executeTakeFirstOrThrow();

export const isNameTaken = async (
  tx: Database,
  workspaceId: string,
  { name, exceptId }: { name: string; exceptId: string | null },
): Promise<boolean> => {
  const rows = await live(tx, workspaceId).where(sql<boolean>`lower(b.name) = lower(${name})`).execute();
  return rows.some(({ id }) => id !== exceptId);
};

export const listSlugsLike = async (tx: Database, workspaceId: string, beginning: string): Promise<string[]> =>
  (await live(tx, workspaceId).where(sql<boolean>`starts_with(b.slug, ${beginning})`).execute()).map(
    ({ slug }) => slug,
  );

export async function insertBundle(
  tx: Database,
  workspaceId: string,
  {
    id,
    slug,
    name,
    description,
    at,
    by,
  }: { id: string; slug: string; name: string; description: string; at: Date; by: string },
): Promise<void> {
  await tx
    .insertInto('team_config_bundles')
    .values({
      id,
      workspace_id: workspaceId,
      slug,
      name,
      description,
      created_at: at,
      created_by: by,
      updated_at: at,
      deleted_at: null,
    })
    .execute();
}

export async function changeBundle(
  tx: Database,
  workspaceId: string,
  {
    id,
    ...set
  }: {
    id: string;
    at: Date;
    name?: string;
    description?: string;
    newest?: number;
    lastDraft?: number;
    isDeleted?: boolean;
  },
): Promise<void> {
  await tx
    .updateTable('team_config_bundles')
    .set({
      updated_at: set.at,
      ...(set.name !== undefined && { name: set.name }),
      ...(set.description !== undefined && { description: set.description }),
      ...(set.newest !== undefined && { newest: set.newest }),
      ...(set.lastDraft !== undefined && { last_draft: set.lastDraft }),
      ...(set.isDeleted && { deleted_at: set.at }),
    })
    .where('workspace_id', '=', workspaceId)
    .where('id', '=', id)
    .execute();
}

/** Bundles with what the list shows of them, by name. */
export const listBundles = (db: Database, workspaceId: string, id?: string) => {
  const query = live(db, workspaceId)
    .leftJoin('team_config_drafts as d', (join) =>
      join.onRef('d.bundle_id', '=', 'b.id').on('d.workspace_id', '=', workspaceId),
    )
    .leftJoin('team_config_versions as v', (join) =>
      join.onRef('v.bundle_id', '=', 'b.id').onRef('v.number', '=', 'b.newest').on('v.workspace_id', '=', workspaceId),
    )
    .leftJoin('team_config_reviews as r', (join) =>
      join.onRef('r.bundle_id', '=', 'b.id').on('r.state', '=', 'open').on('r.workspace_id', '=', workspaceId),
    )
    .select((each) => [
      'd.version as draftVersion',
      'd.authors as draftAuthors',
      'v.number',
      'v.message',
      'v.sha256',
      'v.file_count as files',
      'v.published_at as publishedAt',
      'v.published_by as publishedBy',
      'v.approved_by as approvedBy',
      'r.id as reviewId',
      'r.draft_version as reviewDraft',
      'r.message as reviewMessage',
      'r.requested_by as requestedBy',
      'r.requested_at as requestedAt',
      each
        .selectFrom('team_config_subscriptions as s')
        .select(({ fn }) => fn.countAll<number>().as('count'))
        .where('s.workspace_id', '=', workspaceId)
        .whereRef('s.bundle_id', '=', 'b.id')
        .as('groups'),
      each
        .selectFrom('team_config_usages as u')
        .select(({ fn }) => fn.count<number>('u.repository').distinct().as('count'))
        .where('u.workspace_id', '=', workspaceId)
        .whereRef('u.bundle_id', '=', 'b.id')
        .as('repositories'),
    ])
    .orderBy(sql`lower(b.name)`);
  return (id === undefined ? query : query.where('b.id', '=', id)).execute();
};

export type BundleListRow = Awaited<ReturnType<typeof listBundles>>[number];

export async function readRule(db: Database, workspaceId: string): Promise<boolean> {
  const row = await db
    .selectFrom('team_config_rules')
    .select('second_approver')
    .where('workspace_id', '=', workspaceId)
    .executeTakeFirst();
  return row?.second_approver ?? false;
}

/** Holds the rule still until this transaction ends; whoever changes it takes the same lock alone. */
export const shareRuleLock = (tx: Database, workspaceId: string) =>
  tx.selectFrom('workspaces').select('id').where('id', '=', workspaceId).forShare().executeTakeFirstOrThrow();

export async function putRule(tx: Database, workspaceId: string, secondApprover: boolean): Promise<void> {
  await tx
    .insertInto('team_config_rules')
    .values({ workspace_id: workspaceId, second_approver: secondApprover })
    .onConflict((conflict) => conflict.column('workspace_id').doUpdateSet({ second_approver: secondApprover }))
    .execute();
}

export interface NewVersion {
  bundleId: string;
  number: number;
  files: readonly BundleFile[];
  sha256: string;
  name: string;
  origin: string;
  message: string;
  at: Date;
  publishedBy: string;
  approvedBy: string | null;
}

export async function insertVersion(tx: Database, workspaceId: string, version: NewVersion): Promise<void> {
  await tx
    .insertInto('team_config_versions')
    .values({
      bundle_id: version.bundleId,
      workspace_id: workspaceId,
      number: version.number,
      files: JSON.stringify(version.files),
      file_count: version.files.length,
      sha256: version.sha256,
      name: version.name,
      origin: version.origin,
      message: version.message,
      published_at: version.at,
      published_by: version.publishedBy,
      approved_by: version.approvedBy,
    })
    .execute();
}

/** Without their files. */
export const versionColumns = [
  'number',
  'message',
  'sha256',
  'file_count as files',
  'published_at as publishedAt',
  'published_by as publishedBy',
  'approved_by as approvedBy',
] as const;

const versions = (db: Database, workspaceId: string, bundleId: string) =>
  db
    .selectFrom('team_config_versions')
    .select(versionColumns)
    .where('workspace_id', '=', workspaceId)
    .where('bundle_id', '=', bundleId);

export type VersionRow = Awaited<ReturnType<typeof listVersions>>[number];

/** The newest first; one row more than the limit, when there is one. */
export const listVersions = (
  db: Database,
  workspaceId: string,
  { bundleId, before, limit }: { bundleId: string; before: number | null; limit: number },
) => {
  const query = versions(db, workspaceId, bundleId)
    .orderBy('number', 'desc')
    .limit(limit + 1);
  return (before === null ? query : query.where('number', '<', before)).execute();
};

export const readVersion = (db: Database, workspaceId: string, bundleId: string, number: number) =>
  versions(db, workspaceId, bundleId).where('number', '=', number).executeTakeFirst();

/** Of the versions before, and in this one no longer: whoever unpacks it over one of them has to take these away. */
const removedPaths = sql<string[]>`(
  select coalesce(jsonb_agg(path order by path collate "C"), '[]'::jsonb) from (
    select distinct file ->> 'path' as path
    from team_config_versions earlier, jsonb_array_elements(earlier.files) file
    where earlier.workspace_id = team_config_versions.workspace_id
      and earlier.bundle_id = team_config_versions.bundle_id and earlier.number < team_config_versions.number
    except
    select file ->> 'path' from jsonb_array_elements(team_config_versions.files) file
  ) gone
)`;

/** What becomes a tar or a commit. */
export const readPublished = (db: Database, workspaceId: string, bundleId: string, number: number) =>
  db
    .selectFrom('team_config_versions')
    .select(['number', 'name', 'origin', 'sha256', 'files', 'message', 'published_at as publishedAt'])
    .select(removedPaths.as('removed'))
    .where('workspace_id', '=', workspaceId)
    .where('bundle_id', '=', bundleId)
    .where('number', '=', number)
    .executeTakeFirst();

/** All that decides the commits of a bundle, without the files. */
export const listVersionFacts = (db: Database, workspaceId: string, bundleId: string) =>
  db
    .selectFrom('team_config_versions')
    .select(['number', 'name', 'origin', 'sha256', 'message', 'published_at as publishedAt'])
    .where('workspace_id', '=', workspaceId)
    .where('bundle_id', '=', bundleId)
    .orderBy('number')
    .execute();
