import { sql } from 'kysely';
import type { BundleUsage } from '#contract/team-config-bundles.ts';
import type { Database } from '#server/db/open-database.ts';

const usages = (db: Database, workspaceId: string) =>
  db
    .selectFrom('team_config_usages as u')
    .innerJoin('team_config_bundles as b', 'b.id', 'u.bundle_id')
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

export const listUsagesOf = (
  db: Database,
  workspaceId: string,
  { repository, folder }: { repository: string; folder: string },
) =>
  usages(db, workspaceId)
    .where('u.repository', '=', repository)
    .where('u.folder', '=', folder)
    .orderBy('b.slug')
    .execute();

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

/** Two reports about one folder come one after the other. */
export const lockRepository = (
  tx: Database,
  workspaceId: string,
  { repository, folder }: { repository: string; folder: string },
) =>
  sql`select pg_advisory_xact_lock(7254, hashtext(${`team-config ${workspaceId} ${repository} ${folder}`}))`.execute(
    tx,
  );

export interface NewUsage {
  id: string;
  repository: string;
  folder: string;
  bundleId: string;
  version: number | null;
  sha256: string;
  isModified: boolean;
  commit: string | null;
  at: Date;
  by: string;
}

export async function putUsage(tx: Database, workspaceId: string, usage: NewUsage): Promise<void> {
  const row = {
    version: usage.version,
    sha256: usage.sha256,
    is_modified: usage.isModified,
    commit_id: usage.commit,
    reported_at: usage.at,
    reported_by: usage.by,
  };
  const { id, repository, folder, bundleId } = usage;
  await tx
    .insertInto('team_config_usages')
    .values({ id, workspace_id: workspaceId, repository, folder, bundle_id: bundleId, ...row })
    .onConflict((conflict) => conflict.columns(['workspace_id', 'repository', 'folder', 'bundle_id']).doUpdateSet(row))
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

/** The highest version with exactly these files. */
export const findVersionBySum = (db: Database, workspaceId: string, bundleId: string, sha256: string) =>
  db
    .selectFrom('team_config_versions')
    .select('number')
    .where('workspace_id', '=', workspaceId)
    .where('bundle_id', '=', bundleId)
    .where('sha256', '=', sha256)
    .orderBy('number', 'desc')
    .executeTakeFirst();
