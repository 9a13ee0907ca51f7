import { setTimeout as wait } from 'node:timers/promises';
import type { Services } from '#server/services.ts';
import type { CallRecord } from './call-record.ts';
import { isForeignKeyViolation } from './gateway-queries.ts';
import { type RecordingServices, saveRecords } from './save-records.ts';

export interface CallRecorder {
  /** Takes the record as it stands when it is written, soon after; call again whenever it changed. Never waits. */
  save(record: CallRecord): void;
  /** The same for one that has ended: it is written at once. Resolves when it is durable, or given up because too many wait. */
  finish(record: CallRecord): Promise<void>;
  /** Resolves when all that was saved before is in the database. */
  flush(): Promise<void>;
  /** Writes what is left, for as long as the database takes it within the time. */
  close(options: { timeoutMs: number }): Promise<void>;
}

interface Waiting {
  record: CallRecord;
  /** Not before: short calls are then written once, at their end. */
  dueAtMs: number;
  whenWritten: (() => void)[];
}

const batchRows = 200;
const maxWaitingRows = 20_000;
const gatherMs = 200;
const retryMs = 1_000;

/**
 * Writes the activity of calls, many in one statement: ends as soon as the batch before is written, so that one commit serves
 * whoever waits for it. When the database cannot follow, rows beyond the bound are dropped and counted in the log: a full disk must
 * not end in a full memory.
 */
export function openCallRecorder(services: RecordingServices & Pick<Services, 'log'>): CallRecorder {
  const { log } = services;
  const waiting = new Map<string, Waiting>();
  let running: Promise<void> | null = null;
  let timer: NodeJS.Timeout | null = null;
  let dropped = 0;
  let isClosed = false;

  const saveOneByOne = async (batch: readonly Waiting[]) => {
    for (const { record } of batch) {
      await saveRecords(services, [record]).catch(async (error: unknown) => {
        if (!isForeignKeyViolation(error)) throw error;
        // The member was removed meanwhile (or the workspace, and then nobody will ever look).
        await saveRecords(services, [record], { isMemberGone: true }).catch((again: unknown) => {
          if (!isForeignKeyViolation(again)) throw again;
        });
      });
    }
  };
  const putBack = (one: Waiting) => {
    const newer = waiting.get(one.record.row.id);
    if (newer) newer.whenWritten.push(...one.whenWritten);
    else waiting.set(one.record.row.id, one);
  };
  const saveBatch = async (batch: readonly Waiting[]) => {
    for (const { record } of batch) waiting.delete(record.row.id);
    const records = batch.map(({ record }) => record);
    try {
      await saveRecords(services, records).catch((error: unknown) => {
        if (isForeignKeyViolation(error)) return saveOneByOne(batch);
        throw error;
      });
    } catch (error) {
      batch.forEach(putBack);
      throw error;
    }
    for (const { whenWritten } of batch) for (const done of whenWritten) done();
  };
  const dueNow = () => {
    const nowMs = performance.now();
    const due: Waiting[] = [];
    for (const one of waiting.values()) {
      if (one.dueAtMs <= nowMs) due.push(one);
      if (due.length === batchRows) break;
    }
    return due;
  };
  const saveDue = async () => {
    for (let due = dueNow(); due.length > 0 && !isClosed; due = dueNow()) {
      try {
        await saveBatch(due);
      } catch (error) {
        log.error({ err: error, rows: waiting.size, dropped }, 'the activity of model calls could not be written');
        await wait(retryMs);
      }
    }
    running = null;
    if (waiting.size > 0) wakeIn(gatherMs);
  };
  /** The first batch is made when this turn of the event loop is over, so that what ends together is written together. */
  const wake = () => {
    running ??= Promise.resolve().then(saveDue);
  };
  const wakeIn = (ms: number) => {
    timer ??= setTimeout(() => {
      timer = null;
      wake();
    }, ms).unref();
  };
  const put = (record: CallRecord, { dueInMs }: { dueInMs: number }, whenWritten: (() => void)[] = []) => {
    const { id } = record.row;
    const known = waiting.get(id);
    if (!known && waiting.size >= maxWaitingRows) {
      dropped += 1;
      for (const done of whenWritten) done();
      return;
    }
    const dueAtMs = Math.min(known?.dueAtMs ?? Number.POSITIVE_INFINITY, performance.now() + dueInMs);
    waiting.set(id, { record, dueAtMs, whenWritten: [...(known?.whenWritten ?? []), ...whenWritten] });
    if (dueInMs === 0) wake();
    else wakeIn(dueInMs);
  };
  const flush = async () => {
    while (waiting.size > 0 || running) {
      for (const one of waiting.values()) one.dueAtMs = 0;
      wake();
      await running;
      if (isClosed) return;
    }
  };
  return {
    save: (record) => put(record, { dueInMs: gatherMs }),
    finish(record) {
      const { promise, resolve } = Promise.withResolvers<void>();
      put(record, { dueInMs: 0 }, [resolve]);
      return promise;
    },
    flush,
    async close({ timeoutMs }) {
      const limit = new AbortController();
      await Promise.race([flush(), wait(timeoutMs, null, { signal: limit.signal }).catch(() => {})]);
      limit.abort();
      isClosed = true;
      if (timer) clearTimeout(timer);
    },
  };
}
