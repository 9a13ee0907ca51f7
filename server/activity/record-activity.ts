import type { ActivityEvent } from '#contract/activity-events.ts';
import type { Database } from '#server/db/open-database.ts';
import { shareActivityLock } from './activity-lock.ts';
import { type EventRow, eventRow } from './event-row.ts';
import { markDue, saveEvents, type WrittenRow } from './queries.ts';

/** One row an event: a statement cannot change the same row twice, and one report may hold an event more than once. */
function distinctRows(events: readonly ActivityEvent[], receivedAt: Date): EventRow[] {
  const rows = new Map<string, EventRow>();
  for (const event of events) {
    const row = eventRow(event, receivedAt);
    const key = `${row.workspace_id} ${row.id}`;
    if (!rows.has(key)) rows.set(key, row);
  }
  return [...rows.values()].sort((one, other) => (one.id < other.id ? -1 : 1));
}

/** What a second report says whose it is, was counted as nobody's. */
const formerlyNobodys = (written: readonly WrittenRow[]): WrittenRow[] =>
  written.filter(({ was_nobodys }) => was_nobodys).map((row) => ({ ...row, member_id: null }));

/**
 * Keeps events in the caller's transaction: when that is committed they are durable, however often they are reported.
 * @returns the ids of those that were new or learned something
 */
export async function recordActivity(
  tx: Database,
  events: readonly ActivityEvent[],
  receivedAt: Date,
): Promise<string[]> {
  if (events.length === 0) return [];
  const rows = distinctRows(events, receivedAt);
  await shareActivityLock(tx);
  const written = await saveEvents(tx, rows);
  if (written.length > 0) await markDue(tx, [...written, ...formerlyNobodys(written)], receivedAt);
  return written.map(({ id }) => id);
}
