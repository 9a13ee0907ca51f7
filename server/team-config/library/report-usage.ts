import { z } from 'zod';
import type { teamConfig } from '#contract/team-config.ts';
import type { BundleUsage } from '#contract/team-config-bundles.ts';
import { record } from '#server/audit/index.ts';
import { newId } from '#server/crypto/ids.ts';
import { cutPage, decodeCursor } from '#server/db/keyset.ts';
import type { Database } from '#server/db/open-database.ts';
import type { Services } from '#server/services.ts';
import type { By } from './hold-bundle.ts';
import { type BundleRow, listBundlesBySlug, readVersion } from './queries.ts';
import { folderName, repositoryName } from './repository-name.ts';
import {
  deleteUsages,
  findVersionBySum,
  listUsages,
  listUsagesOf,
  lockRepository,
  putUsage,
  type UsageRow,
} from './usage-queries.ts';

type Report = z.output<NonNullable<(typeof teamConfig.report)['~orpc']['inputSchema']>>;
type Reported = Report['bundles'][number];
type UsageQuery = z.output<NonNullable<(typeof teamConfig.usages)['~orpc']['inputSchema']>>;

function stateOf({
  isModified,
  version,
  newest,
}: Pick<UsageRow, 'isModified' | 'version' | 'newest'>): BundleUsage['state'] {
  if (isModified) return 'modified';
  return version === newest ? 'current' : 'behind';
}

const usageOf = (row: UsageRow): BundleUsage => ({
  id: row.id,
  repository: row.repository,
  folder: row.folder,
  bundleId: row.bundleId,
  bundleName: row.deletedAt === null ? row.bundleName : `${row.bundleName} (deleted)`,
  version: row.version,
  newestVersion: row.newest === 0 ? null : row.newest,
  state: stateOf(row),
  commit: row.commit,
  reportedAt: row.reportedAt.toISOString(),
  reportedBy: row.reportedBy,
});

/** The version whose files these are; else the one that the marker names, changed since. */
async function findStanding(tx: Database, workspaceId: string, bundle: BundleRow, { sha256, version }: Reported) {
  const same = await findVersionBySum(tx, workspaceId, bundle.id, sha256);
  if (same) return { version: same.number, isModified: false };
  const named = version === null ? undefined : await readVersion(tx, workspaceId, bundle.id, version);
  return { version: named?.number ?? null, isModified: true };
}

const factsOf = (rows: readonly UsageRow[]) =>
  rows.map(({ bundleName, version, isModified, sha256 }) => ({ bundle: bundleName, version, isModified, sha256 }));

/**
 * What a repository has now, in place of what it said before. An address that no bundle has is passed over: the bundle was deleted, which
 * is no reason for a pipeline to fail. The audit log gets a change once, not every run.
 * @throws ReeveError bad-input
 */
export async function reportUsage(
  { db, clock }: Pick<Services, 'db' | 'clock'>,
  { workspaceId, actor }: By,
  report: Report,
): Promise<BundleUsage[]> {
  const place = { repository: repositoryName(report.repository), folder: folderName(report.folder) };
  const at = clock();
  return db.transaction().execute(async (tx) => {
    await lockRepository(tx, workspaceId, place);
    const before = await listUsagesOf(tx, workspaceId, place);
    const reported = new Map(report.bundles.map((bundle) => [bundle.slug, bundle]));
    const bundles = await listBundlesBySlug(tx, workspaceId, [...reported.keys()]);
    for (const bundle of bundles) {
      const said = reported.get(bundle.slug);
      if (!said) continue;
      const { version, isModified } = await findStanding(tx, workspaceId, bundle, said);
      const usage = { bundleId: bundle.id, version, isModified, sha256: said.sha256, commit: report.commit };
      await putUsage(tx, workspaceId, { id: newId('use'), ...place, ...usage, at, by: actor.label });
    }
    const gone = before.filter(({ bundleId }) => !bundles.some(({ id }) => id === bundleId));
    await deleteUsages(
      tx,
      workspaceId,
      gone.map(({ id }) => id),
    );
    const after = await listUsagesOf(tx, workspaceId, place);
    if (JSON.stringify(factsOf(before)) !== JSON.stringify(factsOf(after))) {
      const subject = { kind: 'repository', id: place.repository, label: place.repository };
      const { folder } = place;
      await record(tx, actor, 'bundle.usage-reported', {
        at,
        subject,
        folder,
        before: factsOf(before),
        after: factsOf(after),
      });
    }
    return after.map(usageOf);
  });
}

const Position = z.tuple([z.string(), z.string(), z.string()]);

/** By repository. Of a deleted bundle too, for the files are still there. @throws ReeveError bad-input for a cursor of another list */
export async function showUsages(db: Database, workspaceId: string, { cursor, limit, ...filter }: UsageQuery) {
  const position = cursor === undefined ? null : decodeCursor(cursor, Position);
  const after = position && { repository: position[0], folder: position[1], id: position[2] };
  const rows = await listUsages(db, workspaceId, { ...filter, after, limit });
  const { page, nextCursor } = cutPage(rows, limit, ({ repository, folder, id }) => [repository, folder, id]);
  return { items: page.map(usageOf), nextCursor };
}
