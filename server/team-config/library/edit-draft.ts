import type { BundleFile, TeamConfigCheck } from '#contract/team-config-files.ts';
import { record } from '#server/audit/index.ts';
import type { Database } from '#server/db/open-database.ts';
import type { Author } from '#server/db/policy-tables.ts';
import { ReeveError } from '#server/fail.ts';
import type { Services } from '#server/services.ts';
import { checkTeamConfig } from '../check/check-team-config.ts';
import { bytesOf, sumOfBundle } from '../files/bundle-sum.ts';
import { requireBundleFiles } from './bundle-files.ts';
import { type DraftRow, deleteDraft, putDraft, readDraft } from './draft-queries.ts';
import { type By, requireBundle, subjectOf } from './hold-bundle.ts';
import { type BundleRow, changeBundle, readPublished } from './queries.ts';
import { withdrawOpenReview } from './withdraw-review.ts';

type WritingServices = Pick<Services, 'db' | 'clock'>;

export const authorOf = ({ actor }: By): Author => ({ id: actor.id, label: actor.label });

function withAuthor(authors: readonly Author[], author: Author): Author[] {
  const others = authors.filter(({ id, label }) => !(id === author.id && label === author.label));
  return [...others, author];
}

/** @throws ReeveError conflict */
export function requireExpectedDraft(draft: DraftRow | undefined, expectedDraft: number | null): void {
  if ((draft?.version ?? null) === expectedDraft) return;
  throw new ReeveError('conflict', { currentDraft: draft?.version ?? null, updatedBy: draft?.updatedBy ?? null });
}

/** The next number of this bundle's drafts. @returns it */
export async function putNextDraft(
  tx: Database,
  { workspaceId, actor }: By,
  draft: {
    bundle: Pick<BundleRow, 'id' | 'lastDraft'>;
    files: readonly BundleFile[];
    authors: readonly Author[];
    at: Date;
  },
): Promise<number> {
  const { bundle, files, authors, at } = draft;
  const version = bundle.lastDraft + 1;
  await putDraft(tx, workspaceId, { bundleId: bundle.id, version, files, authors, at, by: actor.label });
  await changeBundle(tx, workspaceId, { id: bundle.id, at, lastDraft: version });
  return version;
}

const isSameFile = (one: BundleFile, other: BundleFile | undefined): boolean =>
  other !== undefined && one.executable === other.executable && bytesOf(one).equals(bytesOf(other));

/** Paths only: the files themselves are kept with the versions. */
export function changedPaths(before: readonly BundleFile[], after: readonly BundleFile[]) {
  const was = new Map(before.map((file) => [file.path, file]));
  const is = new Map(after.map((file) => [file.path, file]));
  return {
    added: after.filter(({ path }) => !was.has(path)).map(({ path }) => path),
    changed: after
      .filter((file) => was.has(file.path) && !isSameFile(file, was.get(file.path)))
      .map(({ path }) => path),
    removed: before.filter(({ path }) => !is.has(path)).map(({ path }) => path),
  };
}

export const newestFiles = async (
  tx: Database,
  workspaceId: string,
  { id, newest }: BundleRow,
): Promise<BundleFile[]> => (newest === 0 ? [] : ((await readPublished(tx, workspaceId, id, newest))?.files ?? []));

interface DraftTarget {
  id: string;
  expectedDraft: number | null;
}

/** What is written reaches nobody; a review of what it was before is void. */
async function writeDraft(
  { db, clock }: WritingServices,
  by: By,
  { id, expectedDraft }: DraftTarget,
  write: (tx: Database) => Promise<{ files: BundleFile[]; restored: number | null }>,
): Promise<void> {
  const { workspaceId, actor } = by;
  const at = clock();
  await db.transaction().execute(async (tx) => {
    const bundle = await requireBundle(tx, workspaceId, id);
    const draft = await readDraft(tx, workspaceId, id);
    requireExpectedDraft(draft, expectedDraft);
    const { files, restored } = await write(tx);
    const before = draft?.files ?? (await newestFiles(tx, workspaceId, bundle));
    const authors = withAuthor(draft?.authors ?? [], authorOf(by));
    const version = await putNextDraft(tx, by, { bundle, files, authors, at });
    await withdrawOpenReview(tx, by, { bundle, at, reason: 'The draft was changed.' });
    await record(tx, actor, 'bundle.draft-saved', {
      at,
      subject: subjectOf(bundle),
      draft: version,
      sha256: sumOfBundle(files),
      ...changedPaths(before, files),
      ...(restored !== null && { restored }),
    });
  });
}

/**
 * All files, right or wrong by themselves; only where they lie decides. They are checked before they are saved: nobody waits for it, and
 * what cannot be checked is not there afterwards.
 * @returns what is wrong with them. @throws ReeveError bad-input, conflict, not-found
 */
export const saveDraft = async (
  services: WritingServices,
  by: By,
  { files, ...target }: DraftTarget & { files: BundleFile[] },
): Promise<TeamConfigCheck> => {
  const placed = requireBundleFiles(files);
  const check = checkTeamConfig(placed);
  await writeDraft(services, by, target, async () => ({ files: placed, restored: null }));
  return check;
};

/** @throws ReeveError conflict, not-found */
export const restoreVersion = (
  services: WritingServices,
  by: By,
  { number, ...target }: DraftTarget & { number: number },
) =>
  writeDraft(services, by, target, async (tx) => {
    const version = await readPublished(tx, by.workspaceId, target.id, number);
    if (!version) throw new ReeveError('not-found', { bundleId: target.id, version: number });
    return { files: version.files, restored: number };
  });

/** What is published stays. @throws ReeveError conflict, not-found */
export async function discardDraft(
  { db, clock }: WritingServices,
  by: By,
  { id, expectedDraft }: DraftTarget,
): Promise<void> {
  const { workspaceId, actor } = by;
  const at = clock();
  await db.transaction().execute(async (tx) => {
    const bundle = await requireBundle(tx, workspaceId, id);
    const draft = await readDraft(tx, workspaceId, id);
    requireExpectedDraft(draft, expectedDraft);
    await withdrawOpenReview(tx, by, { bundle, at, reason: 'The draft was thrown away.' });
    await deleteDraft(tx, workspaceId, id);
    await changeBundle(tx, workspaceId, { id, at });
    const authors = draft?.authors.map(({ label }) => label) ?? [];
    await record(tx, actor, 'bundle.draft-discarded', {
      at,
      subject: subjectOf(bundle),
      draft: draft?.version,
      authors,
    });
  });
}
