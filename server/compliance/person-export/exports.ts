import { z } from 'zod';
import type { PersonExport } from '#contract/compliance-people.ts';
import { type Actor, record, systemActor } from '#server/audit/index.ts';
import { newId } from '#server/crypto/ids.ts';
import { mintToken } from '#server/crypto/token-hash.ts';
import { cutPage, decodeCursor } from '#server/db/keyset.ts';
import { ReeveError } from '#server/fail.ts';
import type { Services } from '#server/services.ts';
import { wasErasedAfter } from '../erasure/erasure-queries.ts';
import { labelOf, requirePerson } from '../people.ts';
import { endExport } from './end-export.ts';
import {
  type ExportRow,
  findExport,
  insertExport,
  listExpiredExports,
  listExports,
  lockExport,
  updateExport,
} from './export-queries.ts';
import { personKinds } from './person-kinds.ts';
import { exportStream } from './write-export.ts';

interface By {
  actor: Actor;
  workspaceId: string;
}
type ExportServices = Pick<Services, 'db' | 'clock' | 'blobs' | 'secrets'>;

const keptMs = 7 * 86_400_000;
const linkMs = 5 * 60_000;
export const exportPath = '/compliance-exports';

const asExport = (row: ExportRow): PersonExport => ({
  id: row.id,
  memberId: row.member_id,
  memberLabel: row.member_label,
  reason: row.reason,
  orderedBy: row.ordered_by,
  orderedAt: row.ordered_at.toISOString(),
  state: row.state,
  progress: row.progress,
  bytes: row.bytes === null ? null : Number(row.bytes),
  sha256: row.sha256,
  finishedAt: row.finished_at?.toISOString() ?? null,
  fetchedAt: row.fetched_at?.toISOString() ?? null,
  expiresAt: row.expires_at.toISOString(),
  lastError: row.last_error,
});

const subjectOf = ({ member_id, member_label }: Pick<ExportRow, 'member_id' | 'member_label'>) => ({
  kind: 'member',
  id: member_id,
  label: member_label,
});

export async function startExport(
  { db, clock }: Pick<Services, 'db' | 'clock'>,
  { actor, workspaceId }: By,
  { memberId, reason }: { memberId: string; reason: string },
): Promise<PersonExport> {
  const id = newId('pex');
  await db.transaction().execute(async (tx) => {
    const member_label = labelOf(await requirePerson(tx, workspaceId, memberId));
    const at = clock();
    await insertExport(tx, {
      id,
      workspace_id: workspaceId,
      member_id: memberId,
      member_label,
      reason,
      ordered_by_id: actor.id,
      ordered_by: actor.label,
      ordered_at: at,
      state: 'running',
      progress: '{}',
      expires_at: new Date(at.getTime() + keptMs),
    });
    const subject = subjectOf({ member_id: memberId, member_label });
    await record(tx, actor, 'person-export.started', { at, subject, exportId: id, reason });
  });
  return asExport(await exportOf({ db }, workspaceId, id));
}

async function exportOf({ db }: Pick<Services, 'db'>, workspaceId: string, id: string): Promise<ExportRow> {
  const row = await findExport(db, id);
  if (row?.workspace_id !== workspaceId) throw new ReeveError('not-found', { exportId: id });
  return row;
}

const Position = z.tuple([z.iso.datetime(), z.string()]);

export async function readExports(
  { db }: Pick<Services, 'db'>,
  workspaceId: string,
  { cursor, limit }: { cursor?: string | undefined; limit: number },
) {
  const [at, id] = cursor === undefined ? [] : decodeCursor(cursor, Position);
  const after = at === undefined || id === undefined ? null : { at, id };
  const rows = await listExports(db, workspaceId, { after, limit });
  const { page, nextCursor } = cutPage(rows, limit, (row) => [row.ordered_at.toISOString(), row.id]);
  return { items: page.map(asExport), nextCursor };
}

/** Writes the file. What ends half-way is written anew, under another name; what was written before is swept. */
export async function runExport(services: ExportServices, id: string): Promise<void> {
  const { db, blobs, clock } = services;
  const row = await findExport(db, id);
  if (row?.state !== 'running') return;
  const progress: Record<string, number> = {};
  const head = {
    person: { workspaceId: row.workspace_id, memberId: row.member_id, label: row.member_label },
    madeAt: clock(),
    reason: row.reason,
  };
  const content = exportStream(db, personKinds(services), head, async (kind, rows) => {
    progress[kind] = rows;
    await updateExport(db, id, { progress: JSON.stringify(progress) });
  });
  const name = `exports/${row.workspace_id}/${newId('tar')}.tar`;
  const blob = await blobs.put(name, content);
  await db.transaction().execute(async (tx) => {
    const locked = await lockExport(tx, id);
    if (locked?.state !== 'running') return;
    // What was read may be gone since: it stays running, and is written anew.
    const { workspace_id: workspaceId, member_id: memberId } = row;
    if (await wasErasedAfter(tx, { workspaceId, memberId, after: head.madeAt })) return;
    const at = clock();
    await blobs.keep(tx, blob, at);
    const { bytes, sha256 } = blob;
    const expires_at = new Date(at.getTime() + keptMs);
    await updateExport(tx, id, {
      state: 'ready',
      blob: name,
      bytes,
      sha256,
      finished_at: at,
      expires_at,
      last_error: null,
    });
  });
}

/** A new link takes the place of the one before. */
export async function linkExport(
  { db, clock, origin }: Pick<Services, 'db' | 'clock' | 'origin'>,
  { actor, workspaceId }: By,
  id: string,
): Promise<{ url: string; expiresAt: string }> {
  const { token, hash } = mintToken('');
  return db.transaction().execute(async (tx) => {
    const row = await lockExport(tx, id);
    if (row?.workspace_id !== workspaceId) throw new ReeveError('not-found', { exportId: id });
    const at = clock();
    if ((row.state !== 'ready' && row.state !== 'fetched') || row.expires_at <= at)
      throw new ReeveError(
        'conflict',
        { exportId: id },
        {
          message: row.state === 'running' ? 'This export is not finished yet.' : 'This export is gone. Start another.',
        },
      );
    const expiresAt = new Date(at.getTime() + linkMs);
    await updateExport(tx, id, { token_hash: hash, token_expires_at: expiresAt });
    await record(tx, actor, 'person-export.linked', { at, subject: subjectOf(row), exportId: id });
    return { url: `${origin}${exportPath}/${token}`, expiresAt: expiresAt.toISOString() };
  });
}

/** Destroys the keys of what nobody may fetch any more. */
export async function expireExports({ db, clock, blobs }: ExportServices): Promise<number> {
  const expired = await listExpiredExports(db, clock());
  for (const { id, blob } of expired) await db.transaction().execute((tx) => endExport({ blobs }, tx, { id, blob }));
  return expired.length;
}

export const exportActor = (row: ExportRow): Actor => ({
  ...systemActor('whoever has the link', row.workspace_id),
  kind: 'anonymous',
});
