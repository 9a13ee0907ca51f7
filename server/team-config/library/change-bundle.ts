import { record } from '#server/audit/index.ts';
import { newId } from '#server/crypto/ids.ts';
import type { Database } from '#server/db/open-database.ts';
import { ReeveError } from '#server/fail.ts';
import type { Services } from '#server/services.ts';
import { requireStarter } from '../starters/read-starters.ts';
import { deleteDraft } from './draft-queries.ts';
import { putNextDraft } from './edit-draft.ts';
import { type By, requireBundle, subjectOf } from './hold-bundle.ts';
import { changeBundle, insertBundle, isNameTaken, listSlugsLike, lockNames } from './queries.ts';
import { deleteSubscription } from './subscription-queries.ts';
import { withdrawOpenReview } from './withdraw-review.ts';

type WritingServices = Pick<Services, 'db' | 'clock'>;

/** `mine.tar` is what a member's groups subscribe to. */
const takenSlugs = ['mine'];
const longestSlug = 60;

const trimHyphens = (text: string) => text.replace(/^-+|-+$/g, '');

/** An address for a name: its letters and digits, without accents. A name that has none gets a word. */
export function slugOf(name: string): string {
  const plain = name.normalize('NFKD').replace(/\p{M}/gu, '').toLowerCase();
  return trimHyphens(trimHyphens(plain.replace(/[^a-z0-9]+/g, '-')).slice(0, longestSlug)) || 'bundle';
}

const numbered = (slug: string, number: number): string =>
  number === 1 ? slug : `${trimHyphens(slug.slice(0, longestSlug - String(number).length - 1))}-${number}`;

/** A chosen address is taken as it is, or refused; one that is made of the name gets a number where another bundle has it. */
async function freeSlug(
  tx: Database,
  workspaceId: string,
  { slug, name }: { slug?: string | undefined; name: string },
): Promise<string> {
  const wanted = slug ?? slugOf(name);
  const taken = new Set([...takenSlugs, ...(await listSlugsLike(tx, workspaceId, wanted.slice(0, longestSlug - 10)))]);
  if (slug !== undefined) {
    if (taken.has(slug)) throw new ReeveError('already-exists', { field: 'slug', slug });
    return slug;
  }
  for (let number = 1; ; number += 1) if (!taken.has(numbered(wanted, number))) return numbered(wanted, number);
}

async function requireFreeName(
  tx: Database,
  workspaceId: string,
  wanted: { name: string; exceptId: string | null },
): Promise<void> {
  if (await isNameTaken(tx, workspaceId, wanted))
    throw new ReeveError('already-exists', { field: 'name', name: wanted.name });
}

/** @returns its id. @throws ReeveError already-exists, not-found for the starter */
export async function createBundle(
  { db, clock }: WritingServices,
  by: By,
  wanted: { name: string; slug?: string | undefined; description: string; starterId?: string | undefined },
): Promise<string> {
  const { workspaceId, actor } = by;
  const { name, description, starterId } = wanted;
  const files = starterId === undefined ? [] : requireStarter(starterId).files;
  const id = newId('bnd');
  const at = clock();
  await db.transaction().execute(async (tx) => {
    await lockNames(tx, workspaceId);
    await requireFreeName(tx, workspaceId, { name, exceptId: null });
    const slug = await freeSlug(tx, workspaceId, wanted);
    await insertBundle(tx, workspaceId, { id, slug, name, description, at, by: actor.label });
    // The author of a starter is Reeve: whoever takes it as it is wrote nothing.
    if (files.length > 0) await putNextDraft(tx, by, { bundle: { id, lastDraft: 0 }, files, authors: [], at });
    await record(tx, actor, 'bundle.created', {
      at,
      subject: subjectOf({ id, name }),
      slug,
      description,
      starter: starterId ?? null,
      files: files.map(({ path }) => path),
    });
  });
  return id;
}

/** @throws ReeveError not-found, already-exists */
export async function updateBundle(
  { db, clock }: WritingServices,
  { workspaceId, actor }: By,
  { id, name, description }: { id: string; name?: string | undefined; description?: string | undefined },
): Promise<void> {
  const at = clock();
  await db.transaction().execute(async (tx) => {
    await lockNames(tx, workspaceId);
    const bundle = await requireBundle(tx, workspaceId, id);
    const after = { name: name ?? bundle.name, description: description ?? bundle.description };
    await requireFreeName(tx, workspaceId, { name: after.name, exceptId: id });
    await changeBundle(tx, workspaceId, { id, at, ...after });
    const before = { name: bundle.name, description: bundle.description };
    await record(tx, actor, 'bundle.updated', { at, subject: subjectOf({ id, name: after.name }), before, after });
  });
}

/** Its addresses stop answering and nobody has it any more. What repositories said of it stays to be read. */
export async function deleteBundle({ db, clock }: WritingServices, by: By, id: string): Promise<void> {
  const { workspaceId, actor } = by;
  const at = clock();
  await db.transaction().execute(async (tx) => {
    await lockNames(tx, workspaceId);
    const bundle = await requireBundle(tx, workspaceId, id);
    await withdrawOpenReview(tx, by, { bundle, at, reason: 'The bundle was deleted.' });
    await deleteDraft(tx, workspaceId, id);
    const groups = await deleteSubscription(tx, workspaceId, id);
    await changeBundle(tx, workspaceId, { id, at, isDeleted: true });
    const { slug, newest } = bundle;
    await record(tx, actor, 'bundle.deleted', { at, subject: subjectOf(bundle), slug, newest, groups });
  });
}
