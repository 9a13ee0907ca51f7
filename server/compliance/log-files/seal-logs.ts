import type { Services } from '#server/services.ts';
import { auditHead, readAuditRecords } from '../records/audit-records.ts';
import { activityHead, type PlacedRecord, readActivityRecords } from '../records/read-activity.ts';
import { readMarks } from './log-file-queries.ts';
import { type FileWriter, maxFileBytes, openFileWriter, registerFiles } from './write-files.ts';

type SealServices = Pick<Services, 'db' | 'blobs' | 'secrets' | 'clock'>;

export interface SealOptions {
  maxBytes?: number;
  /** Rows read at once: with their content in memory. */
  pageSize?: number;
}

const rowsAtOnce = 500;
/** One registration covers about so much; a long backlog is sealed in several. */
const bytesInOneStep = 3 * maxFileBytes;

type ReadPage = (after: number) => Promise<{ records: PlacedRecord[]; readTo: number }>;

async function copy(
  writer: FileWriter,
  read: ReadPage,
  { from, to, untilBytes }: { from: number; to: number; untilBytes: number },
): Promise<number> {
  let at = from;
  while (at < to && writer.bytes() < untilBytes) {
    const { records, readTo } = await read(at);
    for (const { record } of records) await writer.add(record);
    at = readTo;
  }
  return at;
}

/** Seals what had arrived when it began, up to some bytes. @returns the files made, and whether more waits */
async function sealStep(
  services: SealServices,
  workspaceId: string,
  { maxBytes = maxFileBytes, pageSize = rowsAtOnce }: SealOptions,
): Promise<{ files: number; isDone: boolean }> {
  const { db, clock } = services;
  const before = await readMarks(db, workspaceId);
  const heads = { activity: await activityHead(db, workspaceId), audit: await auditHead(db, workspaceId) };
  // After the heads: whatever is up to them has happened by then.
  const madeAt = clock();
  const writer = openFileWriter(services, workspaceId, { maxBytes });
  const untilBytes = Math.min(bytesInOneStep, 3 * maxBytes);
  const activity_seq = await copy(
    writer,
    (after) =>
      readActivityRecords(services, db, workspaceId, {
        after,
        upTo: heads.activity,
        limit: pageSize,
        withContent: true,
      }),
    { from: before.activity_seq, to: heads.activity, untilBytes },
  );
  const audit_seq = await copy(
    writer,
    (after) => readAuditRecords(db, workspaceId, { after, upTo: heads.audit, limit: pageSize }),
    { from: before.audit_seq, to: heads.audit, untilBytes },
  );
  const isDone =
    activity_seq === Math.max(heads.activity, before.activity_seq) &&
    audit_seq === Math.max(heads.audit, before.audit_seq);
  if (activity_seq === before.activity_seq && audit_seq === before.audit_seq) return { files: 0, isDone: true };
  const files = await writer.end();
  const registered = await registerFiles(
    services,
    { workspaceId, before, after: { activity_seq, audit_seq } },
    files,
    madeAt,
  );
  return registered ? { files: files.length, isDone } : { files: 0, isDone: true };
}

/**
 * Seals everything that has arrived since the last time into log files. May be cut off at any point: what is not registered is sealed
 * again, into other files, by the next one.
 * @returns how many files were made
 */
export async function sealLogs(
  services: SealServices,
  workspaceId: string,
  options: SealOptions = {},
): Promise<number> {
  let made = 0;
  for (;;) {
    const { files, isDone } = await sealStep(services, workspaceId, options);
    made += files;
    if (isDone) return made;
  }
}
