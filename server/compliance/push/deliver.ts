import { randomInt, randomUUID } from 'node:crypto';
import type { PushedType } from '#contract/compliance-destinations.ts';
import type { Services } from '#server/services.ts';
import { DeliveryFailed } from './delivery-failed.ts';
import {
  type DestinationRow,
  endLease,
  noteDelivered,
  noteFailed,
  readPositions,
  savePosition,
  takeLease,
} from './destination-queries.ts';
import type { RecordStream, StreamedRecord } from './record-stream.ts';
import { sendRecords } from './send-records.ts';

/** Longer than any attempt can take, so that a lease runs out only when its process is gone. */
const leaseMs = 60_000;
const mostRecords = 500;
const mostBytes = 1_000_000;
const firstWaitMs = 2_000;
const longestWaitMs = 15 * 60_000;

export interface Pushing extends Pick<Services, 'db' | 'clock' | 'secrets' | 'origin' | 'log'> {
  stream: RecordStream;
}

/** As many as fit a batch, at least one. */
function withinBytes(records: StreamedRecord[]): StreamedRecord[] {
  let bytes = 0;
  const tooMany = records.findIndex(({ record }, index) => {
    bytes += JSON.stringify(record).length;
    return index > 0 && bytes > mostBytes;
  });
  return tooMany === -1 ? records : records.slice(0, tooMany);
}

interface Position {
  type: PushedType;
  after: number;
}

/**
 * Sends as much as the other side takes at once. What is too large for it is halved; a single record that still is goes without its
 * content and says so.
 */
async function sendShrinking(
  pushing: Pushing,
  row: DestinationRow,
  { batch, at, signal }: { batch: StreamedRecord[]; at: Position; signal: AbortSignal },
): Promise<{ sent: StreamedRecord[]; remark: string | null }> {
  const last = batch.at(-1)?.position ?? at.after;
  try {
    const remark = await sendRecords(pushing, row, {
      records: batch.map(({ record }) => record),
      idParts: [at.type, at.after, last],
      signal,
    });
    return { sent: batch, remark };
  } catch (error) {
    if (!(error instanceof DeliveryFailed && error.isTooLarge)) throw error;
    if (batch.length > 1)
      return sendShrinking(pushing, row, { batch: batch.slice(0, Math.ceil(batch.length / 2)), at, signal });
    if (!row.with_content) throw error;
    const part = { workspaceId: row.workspace_id, type: at.type, after: last - 1, limit: 1, withContent: false };
    const { records } = await pushing.stream.read(pushing.db, part);
    const bare = records.map(({ position, record }) => ({
      position,
      record: { ...record, reeve_content_left_out: true },
    }));
    return sendShrinking(pushing, { ...row, with_content: false }, { batch: bare, at, signal });
  }
}

/** One batch of one type. @returns whether anything moved */
async function deliverType(pushing: Pushing, row: DestinationRow, at: Position, signal: AbortSignal): Promise<boolean> {
  const { db, clock, stream } = pushing;
  const part = { workspaceId: row.workspace_id, type: at.type, after: at.after, limit: mostRecords };
  const { records, upTo } = await stream.read(db, { ...part, withContent: row.with_content });
  if (records.length === 0) {
    if (upTo > at.after) await savePosition(db, row.id, { type: at.type, position: upTo });
    return upTo > at.after;
  }
  const batch = withinBytes(records);
  const { sent, remark } = await sendShrinking(pushing, row, { batch, at, signal });
  const isAll = sent.length === records.length;
  const position = isAll ? upTo : (sent.at(-1)?.position ?? at.after);
  await db.transaction().execute(async (tx) => {
    await savePosition(tx, row.id, { type: at.type, position });
    await noteDelivered(tx, row.id, { count: sent.length, at: clock(), remark });
  });
  return true;
}

/** Doubles with every failure and is spread over its second half, so that many destinations do not come back together. */
export function waitAfter(failures: number, askedMs: number | null): number {
  const most = Math.min(firstWaitMs * 2 ** Math.min(failures, 20), longestWaitMs);
  return Math.max(askedMs ?? 0, Math.round(most / 2) + randomInt(Math.round(most / 2) + 1));
}

async function fail(
  pushing: Pushing,
  { row, lease }: { row: DestinationRow; lease: string },
  error: unknown,
): Promise<void> {
  const isExpected = error instanceof DeliveryFailed;
  if (!isExpected) pushing.log.error({ err: error, destination: row.id }, 'pushing compliance records failed');
  const at = pushing.clock();
  const waitMs = waitAfter(row.failures, isExpected ? error.retryAfterMs : null);
  const problem = isExpected ? error.message : 'Reeve itself failed; its log says why.';
  await noteFailed(pushing.db, { id: row.id, lease }, { problem, at, tryAt: new Date(at.getTime() + waitMs) });
}

/**
 * Sends what waits for one destination, batch by batch, until there is nothing more, it fails, is turned off, or `signal` ends it. The
 * position moves after a batch was taken: whatever ends this half-way, nothing is left out, and a batch may come twice.
 */
export async function deliver(pushing: Pushing, id: string, signal: AbortSignal): Promise<void> {
  const { db, clock } = pushing;
  const lease = randomUUID();
  for (let hasMore = true; hasMore && !signal.aborted; ) {
    const now = clock();
    const row = await takeLease(db, id, { lease, now, until: new Date(now.getTime() + leaseMs) });
    if (!row) return;
    try {
      const positions = await readPositions(db, id);
      hasMore = false;
      for (const type of row.event_types) {
        if (signal.aborted) break;
        const moved = await deliverType(pushing, row, { type, after: positions.get(type) ?? 0 }, signal);
        hasMore ||= moved;
      }
    } catch (error) {
      if (signal.aborted) break;
      return fail(pushing, { row, lease }, error);
    }
  }
  await endLease(db, id, lease);
}
