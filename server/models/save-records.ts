import { keepContent, recordActivity } from '#server/activity/index.ts';
import type { Database } from '#server/db/open-database.ts';
import type { Services } from '#server/services.ts';
import { type CallRecord, recordOf } from './call-record.ts';
import { eventsOfCall } from './events-of-call.ts';
import { failOrphanedRows, saveCalls } from './gateway-queries.ts';

export type RecordingServices = Pick<Services, 'db' | 'secrets' | 'clock'>;

async function recordEnded(
  { secrets, clock }: RecordingServices,
  tx: Database,
  ended: readonly CallRecord[],
): Promise<void> {
  const at = clock();
  const parts = ended.flatMap(eventsOfCall);
  await recordActivity(
    tx,
    parts.map(({ event }) => event),
    at,
  );
  await keepContent({ secrets }, tx, parts, { surfaces: 'local', at });
}

/**
 * Writes calls as they stand, those that ended with their events in the same transaction. Safe to repeat.
 * @param isMemberGone whether the members were removed meanwhile: calls then belong to nobody, their events still say whose they were
 */
export async function saveRecords(
  services: RecordingServices,
  records: readonly CallRecord[],
  { isMemberGone = false } = {},
): Promise<void> {
  const rows = records.map(({ row }) => (isMemberGone ? { ...row, member_id: null } : row));
  const ended = records.filter(({ row }) => row.outcome !== 'running');
  if (ended.length === 0) return saveCalls(services.db, rows);
  return services.db.transaction().execute(async (tx) => {
    await saveCalls(tx, rows);
    await recordEnded(services, tx, ended);
  });
}

/** Calls whose process is gone have failed. Without `lastAliveBefore`: all that are marked running. @returns how many */
export async function failOrphanedCalls(
  services: RecordingServices,
  { at, lastAliveBefore }: { at: Date; lastAliveBefore: Date | null },
): Promise<number> {
  return services.db.transaction().execute(async (tx) => {
    const rows = await failOrphanedRows(tx, { at, lastAliveBefore });
    if (rows.length > 0) await recordEnded(services, tx, rows.map(recordOf));
    return rows.length;
  });
}
