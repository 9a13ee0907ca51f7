import { randomInt, randomUUID } from 'node:crypto';
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
import type { PositionedRecord, RecordStream } from './record-stream.ts';
import { sendRecords } from './send-records.ts';

/** Longer than any attempt can take, so that a lease runs out only when its process is gone. */
const leaseMs = 60_000;
const mostRecords = 500;
const mostBytes = 1_000_000;
const firstWaitMs = 2_000;
const longestWaitMs = 15 * 60_000;

export interface Pushing extends Pick<Services, 'db' | 'clock' | 'secrets' | 'origin' | 'log'> {
  streams: readonly RecordStream[];
}

/** As long as each stays within a batch; a record that is larger than one stands alone. */
function inBatches(records: readonly PositionedRecord[]): PositionedRecord[][] {
  const batches: PositionedRecord[][] = [];
  let bytes = 0;
  for (const one of records) {
    const size = JSON.stringify(one.record).length;
    const last = batches.at(-1);
    if (!last || last.length === mostRecords || bytes + size > mostBytes) {
      batches.push([one]);
      bytes = size;
    } else {
      last.push(one);
      bytes += size;
    }
  }
  return batches;
}

interface Delivery {
  pushing: Pushing;
  row: DestinationRow;
  stream: RecordStream;
  signal: AbortSignal;
  lease: string;
}

const leaseFrom = (lease: string, now: Date) => ({ lease, now, until: new Date(now.getTime() + leaseMs) });

/** Keeps the lease. False: the destination was changed, turned off or deleted since its row was read, or somebody else is at it. */
async function isAsItWas({ pushing: { db, clock }, row, lease }: Omit<Delivery, 'stream'>): Promise<boolean> {
  const now = await takeLease(db, row.id, leaseFrom(lease, clock()));
  return now?.updated_at.getTime() === row.updated_at.getTime();
}

/** A record as it is without content, which the receiver has no room for. */
async function withoutContent({ pushing, row, stream }: Delivery, { position, record }: PositionedRecord) {
  const part = { workspaceId: row.workspace_id, after: position - 1, limit: 1, withContent: false };
  const { records } = await stream.read(pushing.db, part);
  const bare = records.find((one) => one.record.event_id === record.event_id)?.record ?? record;
  return { position, record: { ...bare, reeve_content_left_out: true } };
}

/**
 * Sends a batch and moves the position to `to`. What is too large for the other side is halved; a single record that still is goes
 * without its content and says so. @returns false when the destination is not as it was any more
 */
async function deliverBatch(delivery: Delivery, batch: readonly PositionedRecord[], to: number): Promise<boolean> {
  const { pushing, row, stream, signal } = delivery;
  const [first] = batch;
  if (!first) return true;
  if (!(await isAsItWas(delivery))) return false;
  const ids = batch.map(({ record }) => record.event_id);
  let remark: string | null;
  try {
    const records = batch.map(({ record }) => record);
    remark = await sendRecords(pushing, row, {
      records,
      idParts: [ids[0] ?? '', ids.at(-1) ?? '', ids.length],
      signal,
    });
  } catch (error) {
    if (!(error instanceof DeliveryFailed && error.isTooLarge)) throw error;
    if (batch.length > 1) {
      const [one, other] = [batch.slice(0, Math.ceil(batch.length / 2)), batch.slice(Math.ceil(batch.length / 2))];
      // Of what makes several records, all come again when only some were taken.
      const isTaken = await deliverBatch(delivery, one, (other[0]?.position ?? to + 1) - 1);
      return isTaken && deliverBatch(delivery, other, to);
    }
    if (!row.with_content || 'reeve_content_left_out' in first.record) throw error;
    return deliverBatch(delivery, [await withoutContent(delivery, first)], to);
  }
  await pushing.db.transaction().execute(async (tx) => {
    await savePosition(tx, row.id, { origin: stream.origin, position: to });
    await noteDelivered(tx, row.id, { count: batch.length, at: pushing.clock(), remark });
  });
  return true;
}

/** A page of one origin, as long as the destination is as it was. @returns whether there may be more */
async function deliverPage(delivery: Delivery, after: number): Promise<boolean> {
  const { pushing, row, stream, signal } = delivery;
  const part = { workspaceId: row.workspace_id, after, limit: mostRecords, withContent: row.with_content };
  const { records, readTo } = await stream.read(pushing.db, part);
  const wanted = records.filter(({ record }) => row.event_types.some((type) => type === record.type));
  const batches = inBatches(wanted);
  for (const [index, batch] of batches.entries()) {
    if (signal.aborted) return false;
    const following = batches[index + 1]?.[0];
    // Changed: the rest goes by what it says now.
    if (!(await deliverBatch(delivery, batch, following ? following.position - 1 : readTo))) return true;
  }
  if (batches.length === 0 && readTo > after && (await isAsItWas(delivery)))
    await savePosition(pushing.db, row.id, { origin: stream.origin, position: readTo });
  return readTo > after;
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
    const row = await takeLease(db, id, leaseFrom(lease, clock()));
    if (!row) break;
    try {
      const positions = await readPositions(db, id);
      hasMore = false;
      for (const stream of pushing.streams) {
        if (signal.aborted) break;
        const moved = await deliverPage({ pushing, row, stream, signal, lease }, positions.get(stream.origin) ?? 0);
        hasMore ||= moved;
      }
    } catch (error) {
      if (signal.aborted) break;
      return fail(pushing, { row, lease }, error);
    }
  }
  await endLease(db, id, lease);
}
