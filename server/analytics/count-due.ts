import { isDataError } from '#server/db/data-error.ts';
import type { Services } from '#server/services.ts';
import { countMembers } from './count-members.ts';
import { deleteDue, deleteTotalDue, listDue, listTotalsDue, listZones, mayCount } from './due-queries.ts';
import { dayOf, rangeOf } from './local-days.ts';
import type { DaySpan, Span } from './member-queries.ts';
import { countMarkTotal, countTotal, keepSizes, type TotalOf } from './total-queries.ts';

const hourMs = 3_600_000;

type Note = Awaited<ReturnType<typeof listDue>>[number];

/** The hours of the notes, and the days of each calendar that these hours touch: two, where a day begins in the middle of one. */
function spansOf(notes: readonly Note[], zones: readonly string[]): { hours: Span[]; days: DaySpan[] } {
  const hours = new Map<string, Span>();
  const days = new Map<string, DaySpan>();
  for (const { hour, member_id: memberId } of notes) {
    const ends = new Date(hour.getTime() + hourMs);
    hours.set(`${hour.getTime()} ${memberId}`, { memberId, starts: hour, ends });
    for (const zone of zones) {
      for (const day of new Set([dayOf(hour, zone), dayOf(new Date(ends.getTime() - 1), zone)]))
        days.set(`${zone} ${day} ${memberId}`, { memberId, zone, day, ...rangeOf(day, zone) });
    }
  }
  return { hours: [...hours.values()], days: [...days.values()] };
}

/** In one transaction: cut off at any point, the notes are still there. @param taken gets the ids of the notes, also when it throws */
async function countBatch(
  { db, clock }: Pick<Services, 'db' | 'clock'>,
  limit: number,
  taken: number[],
): Promise<number> {
  return db.transaction().execute(async (tx) => {
    if (!(await mayCount(tx))) return 0;
    const notes = await listDue(tx, limit);
    taken.push(...notes.map(({ id }) => id));
    const byWorkspace = Map.groupBy(notes, ({ workspace_id }) => workspace_id);
    for (const [workspaceId, ofWorkspace] of byWorkspace) {
      const spans = spansOf(ofWorkspace, await listZones(tx, workspaceId));
      await countMembers(tx, { workspaceId, ...spans, at: clock() });
    }
    if (notes.length > 0) await deleteDue(tx, taken);
    return notes.length;
  });
}

/**
 * Counts again whatever the oldest notes name, and takes them away. A report that commits meanwhile left a note of its own, which stays.
 * Notes are read before events, so each one's events are seen. What the database cannot count is looked for in ever smaller parts and
 * left out, or nothing behind it would ever be counted.
 * @returns how many notes there were
 */
export async function countDue(services: Pick<Services, 'db' | 'clock' | 'log'>, limit: number): Promise<number> {
  const taken: number[] = [];
  try {
    return await countBatch(services, limit, taken);
  } catch (error) {
    if (!isDataError(error) || taken.length === 0) throw error;
    if (taken.length > 1) return countDue(services, Math.floor(taken.length / 2));
    services.log.error({ err: error, note: taken[0] }, 'activity that cannot be counted is missing from the analytics');
    await deleteDue(services.db, taken);
    return 1;
  }
}

/** Makes one total again. Members' days that change meanwhile note it anew. */
export async function countOneTotal({ db, clock }: Pick<Services, 'db' | 'clock'>, total: TotalOf): Promise<boolean> {
  return db.transaction().execute(async (tx) => {
    if (!(await mayCount(tx))) return false;
    await deleteTotalDue(tx, total);
    await countTotal(tx, total);
    if (total.grain === 'day') {
      await countMarkTotal(tx, total);
      const isOver = total.day < dayOf(clock(), 'UTC');
      if (total.zone === 'UTC') await keepSizes(tx, { workspaceId: total.workspaceId, day: total.day, isOver });
    }
    return true;
  });
}

export { listTotalsDue };
