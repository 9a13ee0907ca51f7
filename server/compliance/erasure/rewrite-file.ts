import type { WrittenBlob } from '#server/blobs/open-blobs.ts';
import { newId } from '#server/crypto/ids.ts';
import type { Database } from '#server/db/open-database.ts';
import type { Services } from '#server/services.ts';
import {
  deleteFile,
  insertFile,
  type LogFileRow,
  lockFile,
  lockSealing,
  noteEndTime,
} from '../keeping/log-file-queries.ts';
import { logLines } from '../log-lines.ts';
import { type Erasing, eraseLine } from './erase-line.ts';
import { insertReplaced } from './erasure-queries.ts';

export interface Rewritten {
  newId: string;
  blob: WrittenBlob;
  /** How many lines are other than before. */
  lines: number;
}

async function* rewrittenLines(
  services: Pick<Services, 'blobs'>,
  file: LogFileRow,
  erasing: Erasing,
): AsyncGenerator<Buffer> {
  for await (const line of logLines(services, file.blob)) yield Buffer.from(`${eraseLine(line, erasing) ?? line}\n`);
}

async function countLines(services: Pick<Services, 'blobs'>, file: LogFileRow, erasing: Erasing): Promise<number> {
  let lines = 0;
  for await (const line of logLines(services, file.blob)) if (eraseLine(line, erasing) !== null) lines += 1;
  return lines;
}

/** Writes the file that takes the place of another. Null: nothing in it is the person's. Nobody knows of it before `replaceFile`. */
export async function rewriteFile(
  services: Pick<Services, 'blobs'>,
  file: LogFileRow,
  erasing: Erasing,
): Promise<Rewritten | null> {
  const lines = await countLines(services, file, erasing);
  if (lines === 0) return null;
  const id = newId('eclf');
  const name = `compliance/${file.workspace_id}/${id}.jsonl`;
  return { newId: id, blob: await services.blobs.put(name, rewrittenLines(services, file, erasing)), lines };
}

/**
 * The new file is known, the key of the old one destroyed and the journal moved in one transaction. The new one ends after everything
 * before it: whoever reads along gets the tombstones.
 */
export async function replaceFile(
  services: Pick<Services, 'blobs' | 'clock'>,
  tx: Database,
  file: LogFileRow,
  { erasureId, rewritten }: { erasureId: string; rewritten: Rewritten },
): Promise<void> {
  const { blobs, clock } = services;
  const { workspace_id: workspaceId, event_type, events } = file;
  const at = clock();
  const newest = await lockSealing(tx, workspaceId);
  if (!(await lockFile(tx, file.id))) return;
  const endTime = new Date(Math.max((newest?.getTime() ?? 0) + 1, at.getTime()));
  const { newId: id, blob, lines } = rewritten;
  await blobs.keep(tx, blob, at);
  await insertFile(tx, {
    id,
    workspace_id: workspaceId,
    event_type,
    end_time: endTime,
    file_name: `${event_type}_${endTime.toISOString().replace('Z', '+00:00')}.jsonl`,
    blob: blob.name,
    bytes: blob.bytes,
    sha256: blob.sha256,
    events,
    made_at: at,
    people: null,
    ended_at: file.ended_at ?? file.end_time,
  });
  await noteEndTime(tx, workspaceId, endTime);
  await deleteFile(tx, file.id);
  await blobs.forget(tx, file.blob);
  await insertReplaced(tx, {
    old_id: file.id,
    workspace_id: workspaceId,
    erasure_id: erasureId,
    old_sha256: file.sha256,
    new_id: id,
    new_sha256: blob.sha256,
    lines,
    replaced_at: at,
  });
}
