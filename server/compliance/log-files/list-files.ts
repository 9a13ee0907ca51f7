import { z } from 'zod';
import type { ComplianceLogType } from '#contract/compliance.ts';
import { type Actor, record } from '#server/audit/index.ts';
import { cutPage, decodeCursor } from '#server/db/keyset.ts';
import type { Database } from '#server/db/open-database.ts';
import { ReeveError } from '#server/fail.ts';
import type { Services } from '#server/services.ts';
import { signedAddress } from '../public-api/download.ts';
import { findLogFile } from './log-file-queries.ts';
import { listNewestFiles } from './newest-files-queries.ts';

export async function readNewestFiles(
  db: Database,
  workspaceId: string,
  { type, cursor, limit }: { type?: ComplianceLogType | undefined; cursor?: string | undefined; limit: number },
) {
  const [before] = cursor === undefined ? [null] : decodeCursor(cursor, z.tuple([z.iso.datetime()]));
  const rows = await listNewestFiles(db, workspaceId, { type, before, limit });
  const { page, nextCursor } = cutPage(rows, limit, ({ end_time }) => [end_time.toISOString()]);
  const items = page.map((row) => ({
    id: row.id,
    type: row.event_type,
    fileName: row.file_name,
    endTime: row.end_time.toISOString(),
    bytes: row.bytes,
    sha256: row.sha256,
    events: row.events,
    replaces: row.replaces,
  }));
  return { items, nextCursor };
}

/** The same address that a program is sent to, after an entry in the audit log. */
export async function linkLogFile(
  services: Pick<Services, 'db' | 'clock' | 'origin' | 'signerFor'>,
  { actor, workspaceId }: { actor: Actor; workspaceId: string },
  id: string,
): Promise<{ url: string }> {
  const { db, clock } = services;
  const file = await findLogFile(db, workspaceId, id);
  if (!file) throw new ReeveError('not-found', { logFileId: id });
  const subject = { kind: 'log-file', id, label: file.file_name };
  await db.transaction().execute((tx) => record(tx, actor, 'log-file.linked', { at: clock(), subject }));
  return { url: await signedAddress(services, file) };
}
