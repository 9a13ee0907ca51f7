import type { ComplianceLogType } from '#contract/compliance.ts';
import type { WrittenBlob } from '#server/blobs/open-blobs.ts';
import { newId } from '#server/crypto/ids.ts';
import type { Database } from '#server/db/open-database.ts';
import type { Services } from '#server/services.ts';
import type { LogRecord } from '../records/wire.ts';
import { insertLogFile, lockMarks, type Marks, updateMarks } from './log-file-queries.ts';

/** The vendor’s limit of a file is 15 MB. The notes of erasures make lines longer afterwards, and there has to be room for them. */
export const maxFileBytes = 10_000_000;

/** Whole on the disk, and not yet known to anybody. */
export interface WrittenFile {
  id: string;
  type: ComplianceLogType;
  blob: WrittenBlob;
  events: number;
}

interface OpenFile {
  lines: Buffer[];
  bytes: number;
}

export interface FileWriter {
  add(record: LogRecord): Promise<void>;
  /** Writes what is left. */
  end(): Promise<WrittenFile[]>;
  /** Of all lines so far. */
  bytes(): number;
}

/** Lines of records, a file for each type and never more than the limit in one. Empty files are not written. */
export function openFileWriter(
  { blobs }: Pick<Services, 'blobs'>,
  workspaceId: string,
  { maxBytes = maxFileBytes }: { maxBytes?: number } = {},
): FileWriter {
  const open = new Map<ComplianceLogType, OpenFile>();
  const written: WrittenFile[] = [];
  let total = 0;
  const write = async (type: ComplianceLogType, { lines }: OpenFile) => {
    open.delete(type);
    const id = newId('eclf');
    const blob = await blobs.put(`compliance/${workspaceId}/${id}.jsonl`, lines);
    written.push({ id, type, blob, events: lines.length });
  };
  return {
    async add(record) {
      const { type } = record;
      const line = Buffer.from(`${JSON.stringify(record)}\n`);
      const before = open.get(type);
      if (before && before.bytes + line.length > maxBytes) await write(type, before);
      const file = open.get(type) ?? { lines: [], bytes: 0 };
      file.lines.push(line);
      file.bytes += line.length;
      total += line.length;
      open.set(type, file);
    },
    async end() {
      for (const [type, file] of [...open]) await write(type, file);
      return written;
    },
    bytes: () => total,
  };
}

/** As the vendor names its files: `CODEX_LOG_2026-07-09T10:11:00.000+00:00.jsonl`. */
const fileNameOf = (type: ComplianceLogType, endTime: Date) =>
  `${type}_${endTime.toISOString().replace('Z', '+00:00')}.jsonl`;

/** Whose marks were read when the files were begun, and where they stand after. */
export interface Progress {
  workspaceId: string;
  before: Marks;
  after: Partial<Pick<Marks, 'activity_seq' | 'audit_seq' | 'costs_until' | 'costs_seq'>>;
}

/**
 * Makes files known and moves the marks, both or neither. Each file ends later than every one before, whatever the clock says: whoever
 * has seen one and asks for what ends after it gets all that came since, none twice.
 * @returns false when somebody else got on meanwhile; the files are then swept
 */
export async function registerFiles(
  { db, blobs }: Pick<Services, 'db' | 'blobs'>,
  { workspaceId, before, after }: Progress,
  files: readonly WrittenFile[],
  madeAt: Date,
): Promise<boolean> {
  return db.transaction().execute(async (tx: Database) => {
    const now = await lockMarks(tx, workspaceId);
    const isOvertaken = (Object.keys(after) as (keyof typeof after)[]).some(
      (mark) => Number(now[mark]) !== Number(before[mark]),
    );
    if (isOvertaken) return false;
    let lastEndMs = now.last_end_time?.getTime() ?? 0;
    for (const { id, type, blob, events } of files) {
      lastEndMs = Math.max(lastEndMs + 1, madeAt.getTime());
      const endTime = new Date(lastEndMs);
      await blobs.keep(tx, blob, madeAt);
      await insertLogFile(tx, {
        id,
        workspace_id: workspaceId,
        event_type: type,
        end_time: endTime,
        file_name: fileNameOf(type, endTime),
        blob: blob.name,
        bytes: blob.bytes,
        sha256: blob.sha256,
        events,
        made_at: madeAt,
      });
    }
    const ended = files.length === 0 ? {} : { last_end_time: new Date(lastEndMs) };
    await updateMarks(tx, workspaceId, { ...after, ...ended });
    return true;
  });
}
