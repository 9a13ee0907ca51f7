import { type Actor, record } from '#server/audit/index.ts';
import type { Database } from '#server/db/open-database.ts';
import type { Services } from '#server/services.ts';
import { daysBetween } from './local-days.ts';
import { startRecount } from './recount.ts';
import { findOpenRecount, listWantedZones, type Recount, raiseFloor } from './recount-queries.ts';

export interface RecountProgress {
  daysDone: number;
  days: number;
}

export const progressOf = ({ nextDay, firstDay, lastDay }: Recount): RecountProgress => ({
  daysDone: nextDay === null ? 0 : daysBetween(nextDay, lastDay),
  days: daysBetween(firstDay, lastDay) + 1,
});

/** Asks for everything to be counted again. @returns how many days there are to count; 0 without events */
export async function askRecount(
  { db, clock }: Pick<Services, 'db' | 'clock'>,
  { workspaceId, actor }: { workspaceId: string; actor: Actor },
): Promise<number> {
  return db.transaction().execute(async (tx) => {
    const at = clock();
    const days = await startRecount(tx, { workspaceId, because: 'asked', zone: null, at });
    const subject = { kind: 'workspace', id: workspaceId, label: 'analytics' };
    await record(tx, actor, 'analytics.recount-asked', { at, subject, days });
    return days;
  });
}

/** The same for every workspace, by whoever has the server's command line. */
export async function askRecounts(
  services: Pick<Services, 'db' | 'clock'>,
  actorOf: (workspaceId: string) => Actor,
): Promise<number> {
  let days = 0;
  for (const { id } of await listWantedZones(services.db))
    days += await askRecount(services, { workspaceId: id, actor: actorOf(id) });
  return days;
}

/** Events before then are about to be deleted: what was counted of them stays. In the transaction that deletes them. */
export const keepFigures = (tx: Database, { workspaceId, before }: { workspaceId: string; before: Date }) =>
  raiseFloor(tx, workspaceId, before);

/** How far the count is that is under way; null when there is none. */
export async function readRecountProgress(db: Database): Promise<RecountProgress | null> {
  const recount = await findOpenRecount(db);
  return recount ? progressOf(recount) : null;
}
