import type { Database } from '#server/db/open-database.ts';
import type { Services } from '#server/services.ts';
import { mayCount } from './due-queries.ts';
import { startRecount } from './recount.ts';
import {
  deleteZonePart,
  endRecounts,
  insertZone,
  listCountedZones,
  listWantedZones,
  setZoneState,
} from './recount-queries.ts';

/** Rows taken away at a time. */
const deletedTogether = 5_000;

/** UTC is counted for everybody, and needs nothing. @returns whether there is more to take away */
async function followZone(
  tx: Database,
  { id, timeZone }: { id: string; timeZone: string },
  at: Date,
): Promise<boolean> {
  const counted = await listCountedZones(tx, id);
  const wanted = counted.find(({ zone }) => zone === timeZone);
  if (timeZone !== 'UTC' && !wanted) {
    await insertZone(tx, id, timeZone);
    await startRecount(tx, { workspaceId: id, because: 'time-zone', zone: timeZone, at });
  }
  const isReady = timeZone === 'UTC' || wanted?.state === 'ready';
  if (timeZone === 'UTC') await endRecounts(tx, id, { because: 'time-zone', at });
  let hasMore = false;
  for (const { zone, state } of counted) {
    // A former calendar is shown until the new one is counted; one that never was whole is of no use. Somebody who goes back to one that
    // is being taken away waits until it is gone.
    const isUseless = state === 'leaving' || (zone !== timeZone && (isReady || state === 'counting'));
    if (!isUseless) continue;
    if (state !== 'leaving') await setZoneState(tx, { workspaceId: id, zone, state: 'leaving' });
    hasMore =
      (await deleteZonePart(tx, { workspaceId: id, zone, limit: deletedTogether })) || hasMore || zone === timeZone;
  }
  return hasMore;
}

/**
 * Sees to it that the days of every workspace's time zone are counted, and takes away those of former ones.
 * @returns whether there is more to do
 */
export async function followZones({ db, clock }: Pick<Services, 'db' | 'clock'>): Promise<boolean> {
  return db.transaction().execute(async (tx) => {
    if (!(await mayCount(tx))) return false;
    let hasMore = false;
    for (const workspace of await listWantedZones(tx)) hasMore = (await followZone(tx, workspace, clock())) || hasMore;
    return hasMore;
  });
}

/** Whose days are shown now: the workspace's, or until they are counted the former ones. */
export async function shownZone(db: Database, workspaceId: string, timeZone: string): Promise<string> {
  if (timeZone === 'UTC') return 'UTC';
  const ready = (await listCountedZones(db, workspaceId))
    .filter(({ state }) => state === 'ready')
    .map(({ zone }) => zone);
  return ready.find((zone) => zone === timeZone) ?? ready[0] ?? 'UTC';
}
