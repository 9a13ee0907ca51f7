import { z } from 'zod';
import type { teamConfig } from '#contract/team-config.ts';
import type { BundleUsage } from '#contract/team-config-bundles.ts';
import { record } from '#server/audit/index.ts';
import { newId } from '#server/crypto/ids.ts';
import { cutPage, decodeCursor } from '#server/db/keyset.ts';
import type { Database } from '#server/db/open-database.ts';
import { ReeveError } from '#server/fail.ts';
import type { Services } from '#server/services.ts';
import type { By } from './hold-bundle.ts';
import { listBundlesBySlug } from './queries.ts';
import { folderName, repositoryName } from './repository-name.ts';
import {
  countOtherUsages,
  deleteUsages,
  listUsages,
  listUsagesOf,
  listVersionsLike,
  lockRepository,
  type NewUsage,
  putUsages,
  type UsageRow,
} from './usage-queries.ts';

type Report = z.output<NonNullable<(typeof teamConfig.report)['~orpc']['inputSchema']>>;
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

/** Whoever may read the library may report: without an end, one key could fill the database. */
const most = { ofOne: 1_000, repositories: 5_000, rows: 50_000 } as const;

const tooMany = (message: string) =>
  new ReeveError('bad-input', { issues: [{ path: ['folders'], message }] }, { message });

const keyOf = ({ bundleId, folder }: { bundleId: string; folder: string }): string => `${bundleId} ${folder}`;

/** As many as there are, each once: a folder may be named twice, and a bundle that was deleted is passed over. */
async function findUsages(tx: Database, workspaceId: string, { folders }: Report): Promise<NewUsage[]> {
  const said = folders.flatMap(({ folder, bundles }) =>
    bundles.map((bundle) => ({ ...bundle, folder: folderName(folder) })),
  );
  if (said.length > most.ofOne) throw tooMany(`A repository reports at most ${most.ofOne} bundles in its folders.`);
  const bundles = await listBundlesBySlug(tx, workspaceId, [...new Set(said.map(({ slug }) => slug))]);
  const idOf = new Map(bundles.map(({ id, slug }) => [slug, id]));
  const versions = await listVersionsLike(tx, workspaceId, {
    bundleIds: bundles.map(({ id }) => id),
    sums: said.map(({ sha256 }) => sha256),
    numbers: said.flatMap(({ version }) => version ?? []),
  });
  const found = new Map<string, NewUsage>();
  for (const { slug, folder, sha256, version } of said) {
    const bundleId = idOf.get(slug);
    if (bundleId === undefined) continue;
    const theirs = versions.filter((each) => each.bundleId === bundleId);
    // The version whose files these are; else the one that the marker names, changed since.
    const same = theirs.find((each) => each.sha256 === sha256);
    const standing = same ?? theirs.find(({ number }) => number === version);
    const usage = { version: standing?.number ?? null, sha256, isModified: same === undefined };
    found.set(keyOf({ bundleId, folder }), { id: newId('use'), folder, bundleId, ...usage });
  }
  return [...found.values()];
}

/** Of two reports at once about two repositories both may pass: it is an end, not a count. @throws ReeveError bad-input */
async function requireRoom(
  tx: Database,
  workspaceId: string,
  { repository, more }: { repository: string; more: number },
) {
  const others = await countOtherUsages(tx, workspaceId, repository);
  if (Number(others.repositories) >= most.repositories || Number(others.rows) + more > most.rows)
    throw tooMany(
      `This workspace lists ${others.repositories} repositories with ${others.rows} bundles, which is as many as it keeps. Let repositories that no longer use bundles report once more without them.`,
    );
}

const factsOf = (rows: readonly UsageRow[]) =>
  rows.map(({ folder, bundleName, version, isModified, sha256 }) => ({
    folder,
    bundle: bundleName,
    version,
    isModified,
    sha256,
  }));

/**
 * What a repository has now in all its folders, in place of everything that it said before. An address that no bundle has is passed over:
 * the bundle was deleted, which is no reason for a pipeline to fail. The audit log gets a change once, not every run.
 * @throws ReeveError bad-input
 */
export async function reportUsage(
  { db, clock }: Pick<Services, 'db' | 'clock'>,
  { workspaceId, actor }: By,
  report: Report,
): Promise<BundleUsage[]> {
  const repository = repositoryName(report.repository);
  const at = clock();
  return db.transaction().execute(async (tx) => {
    await lockRepository(tx, workspaceId, repository);
    const before = await listUsagesOf(tx, workspaceId, repository);
    const usages = await findUsages(tx, workspaceId, report);
    if (usages.length > before.length) await requireRoom(tx, workspaceId, { repository, more: usages.length });
    await putUsages(tx, workspaceId, { repository, commit: report.commit, at, by: actor.label, usages });
    const kept = new Set(usages.map(keyOf));
    const gone = before.filter((row) => !kept.has(keyOf(row))).map(({ id }) => id);
    await deleteUsages(tx, workspaceId, gone);
    const after = await listUsagesOf(tx, workspaceId, repository);
    const facts = { before: factsOf(before), after: factsOf(after) };
    if (JSON.stringify(facts.before) !== JSON.stringify(facts.after)) {
      const subject = { kind: 'repository', id: repository, label: repository };
      await record(tx, actor, 'bundle.usage-reported', { at, subject, ...facts });
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
