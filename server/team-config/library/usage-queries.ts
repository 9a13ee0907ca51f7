import { sql } from 'kysely';
import type { BundleUsage } from '#contract/team-config-bundles.ts';
import type { Database } from '#server/db/open-database.ts';

const usages = (db: Database, workspaceId: string) =>
  db
    .selectFrom('team_config_usages as u')
    .innerJoin('team_config_bundles as b', (join) =>
      join.onRef('b.id', '=', 'u.bundle_id').onRef('b.workspace_id', '=', 'u.workspace_id'),
    )
    .select([
      'u.id',
      'u.repository',
      'u.folder',
      'u.bundle_id as bundleId',
      'b.name as bundleName',
      'b.deleted_at as deletedAt',
      'b.newest',
      'u.version',
      'u.sha256',
      'u.is_modified as isModified',
      'u.commit_id as commit',
      'u.reported_at as reportedAt',
      'u.reported_by as reportedBy',
    ])
    .where('u.workspace_id', '=', workspaceId);

export type UsageRow = Awaited<ReturnType<typeof listUsagesOf>>[number];

/** All that a repository has, by folder. */
export const listUsagesOf = (db: Database, workspaceId: string, repository: string) =>
  usages(db, workspaceId).where('u.repository', '=', repository).orderBy('u.folder').orderBy('b.slug').execute();

export interface UsageFilter {
  bundleId?: string | undefined;
  state?: BundleUsage['state'] | undefined;
  search?: string | undefined;
  after: { repository: string; folder: string; id: string } | null;
  limit: number;
}

const ofState = {
  modified: sql<boolean>`u.is_modified`,
  current: sql<boolean>`not u.is_modified and u.version = b.newest`,
  behind: sql<boolean>`not u.is_modified and u.version is distinct from b.newest`,
} as const;

/** By repository; one row more than the limit, when there is one. */
export const listUsages = (
  db: Database,
  workspaceId: string,
  { bundleId, state, search, after, limit }: UsageFilter,
) => {
  let query = usages(db, workspaceId)
    .orderBy('u.repository')
    .orderBy('u.folder')
    .orderBy('u.id')
    .limit(limit + 1);
  if (bundleId !== undefined) query = query.where('u.bundle_id', '=', bundleId);
  if (state !== undefined) query = query.where(ofState[state]);
  if (search) query = query.where(sql<boolean>`strpos(lower(u.repository), ${search.toLowerCase()}) > 0`);
  if (after)
    query = query.where(
      sql<boolean>`(u.repository, u.folder, u.id) > (${after.repository}, ${after.folder}, ${after.id})`,
    );
  return query.execute();
};

/** Two reports about one repository come one after the other. */
export const lockRepository = (tx: Database, workspaceId: string, repository: string) =>
  sql`select pg_advisory_xact_lock(7254, hashtext(${`team-config ${workspaceId} ${repository}`}))`.execute(tx);

/** What the other repositories of the workspace take. */
export const countOtherUsages = (db: Database, workspaceId: string, repository: string) =>
  db
    .selectFrom('team_config_usages')
    .select(({ fn }) => [
      fn.countAll<number>().as('rows'),
      fn.count<number>('repository').distinct().as('repositories'),
    ])
    .where('workspace_id', '=', workspaceId)
    .where('repository', '!=', repository)
    .executeTakeFirstOrThrow();

export interface NewUsage {
  id: string;
  folder: string;
  bundleId: string;
  version: number | null;
  sha256: string;
  isModified: boolean;
}

interface ReportedUsages {
  repository: string;
  commit: string | null;
  at: Date;
  by: string;
  usages: readonly NewUsage[];
}

/** In place of what the same folders said of the same bundles. */
export async function putUsages(
  tx: Database,
  workspaceId: string,
  { repository, commit, at, by, usages: rows }: ReportedUsages,
): Promise<void> {
  if (rows.length === 0) return;
  await tx
    .insertInto('team_config_usages')
    .values(
      rows.map(({ id, folder, bundleId, version, sha256, isModified }) => ({
        id,
        workspace_id: workspaceId,
        repository,
        folder,
        bundle_id: bundleId,
        version,
        sha256,
        is_modified: isModified,
        commit_id: commit,
        reported_at: at,
        reported_by: by,
      })),
    )
    .onConflict((conflict) =>
      conflict.columns(['workspace_id', 'repository', 'folder', 'bundle_id']).doUpdateSet((each) => ({
        version: each.ref('excluded.version'),
        sha256: each.ref('excluded.sha256'),
        is_modified: each.ref('excluded.is_modified'),
        commit_id: each.ref('excluded.commit_id'),
        reported_at: each.ref('excluded.reported_at'),
        reported_by: each.ref('excluded.reported_by'),
      })),
    )
    .execute();
}

export async function deleteUsages(tx: Database, workspaceId: string, ids: readonly string[]): Promise<void> {
  if (ids.length === 0) return;
  await tx
    .deleteFrom('team_config_usages')
    .where('workspace_id', '=', workspaceId)
    .where('id', 'in', [...ids])
    .execute();
}

/** Versions of these bundles with one of these sums or numbers, the highest first. */
export const listVersionsLike = async (
  db: Database,
  workspaceId: string,
  { bundleIds, sums, numbers }: { bundleIds: readonly string[]; sums: readonly string[]; numbers: readonly number[] },
) =>
  bundleIds.length === 0
    ? []
    : db
        .selectFrom('team_config_versions')
        .select(['bundle_id as bundleId', 'number', 'sha256'])
        .where('workspace_id', '=', workspaceId)
        .where('bundle_id', 'in', [...bundleIds])
        .where((each) =>
          each.or([
            each('sha256', 'in', [...sums]),
            ...(numbers.length > 0 ? [each('number', 'in', [...numbers])] : []),
          ]),
        )
        .orderBy('number', 'desc')
        .execute();
