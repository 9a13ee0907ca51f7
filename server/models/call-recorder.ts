import { setTimeout as wait } from 'node:timers/promises';
import type { Services } from '#server/services.ts';
import { type CallRow, isForeignKeyViolation, saveCalls } from './gateway-queries.ts';

export interface CallRecorder {
  /** Takes the row as it stands when it is written, soon after; call again whenever it changed. Never waits. */
  save(row: CallRow): void;
  /** Resolves when all that was saved before is in the database. */
  flush(): Promise<void>;
  /** Writes what is left, for as long as the database takes it within the time. */
  close(options: { timeoutMs: number }): Promise<void>;
}

const batchRows = 200;
const maxWaitingRows = 20_000;
/** Short calls are then written once, at their end, and many at a time. */
const gatherMs = 200;
const retryMs = 1_000;

/**
 * Writes the activity beside the stream instead of in its path, many rows in one statement. When the database cannot follow, rows
 * beyond the bound are dropped and counted in the log: a full disk must not end in a full memory.
 */
export function openCallRecorder({ db, log }: Pick<Services, 'db' | 'log'>): CallRecorder {
  const waiting = new Map<string, CallRow>();
  let running: Promise<void> | null = null;
  let dropped = 0;
  let isClosed = false;

  const saveOneByOne = async (rows: readonly CallRow[]) => {
    for (const row of rows) {
      await saveCalls(db, [row]).catch(async (error: unknown) => {
        if (!isForeignKeyViolation(error)) throw error;
        // The member was removed meanwhile (or the workspace, and then nobody will ever look).
        row.member_id = null;
        await saveCalls(db, [row]).catch(() => {});
      });
    }
  };
  const saveBatch = async () => {
    const batch = [...waiting.values()].slice(0, batchRows);
    for (const { id } of batch) waiting.delete(id);
    try {
      await saveCalls(db, batch).catch((error: unknown) => {
        if (isForeignKeyViolation(error)) return saveOneByOne(batch);
        throw error;
      });
    } catch (error) {
      for (const row of batch) if (!waiting.has(row.id)) waiting.set(row.id, row);
      throw error;
    }
  };
  const saveAll = async () => {
    await wait(gatherMs);
    while (waiting.size > 0 && !isClosed) {
      try {
        await saveBatch();
      } catch (error) {
        log.error({ err: error, rows: waiting.size, dropped }, 'the activity of model calls could not be written');
        await wait(retryMs);
      }
    }
    running = null;
  };
  return {
    save(row) {
      if (waiting.size >= maxWaitingRows && !waiting.has(row.id)) {
        dropped += 1;
        return;
      }
      waiting.set(row.id, row);
      running ??= saveAll();
    },
    async flush() {
      while (running) await running;
    },
    async close({ timeoutMs }) {
      const limit = new AbortController();
      await Promise.race([this.flush(), wait(timeoutMs, null, { signal: limit.signal }).catch(() => {})]);
      limit.abort();
      isClosed = true;
    },
  };
}
