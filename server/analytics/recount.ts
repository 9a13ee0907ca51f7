import type { Database } from '#server/db/open-database.ts';
import type { Services } from '#server/services.ts';
import { countMembers } from './count-members.ts';
import { listZones, mayCount } from './due-queries.ts';
import { addDays, type Day, dayOf, daysBetween, rangeOf } from './local-days.ts';
import {
  endRecounts,
  findOpenRecount,
  insertRecount,
  listMembersOf,
  moveRecount,
  type Recount,
  readFloor,
  readSpan,
  setZoneState,
} from './recount-queries.ts';

/** Which days have to be counted for all events to be in some calendar. */
async function daysToCount(tx: Database, workspaceId: string): Promise<{ firstDay: Day; lastDay: Day } | null> {
  const span = await readSpan(tx, workspaceId);
  if (!span) return null;
  const oldest = dayOf(span.oldest, 'UTC');
  // Where older events were deleted, their days keep what was counted when they were there; of the last such day only a part may be left.
  const wasCut = span.firstCountedDay !== null && span.firstCountedDay < oldest;
  const floor = await readFloor(tx, workspaceId);
  const whole = floor === null ? oldest : addDays(dayOf(floor, 'UTC'), 2);
  const firstDay = addDays(oldest, wasCut ? 1 : -1);
  return {
    firstDay: firstDay > whole || floor === null ? firstDay : whole,
    lastDay: addDays(dayOf(span.newest, 'UTC'), 1),
  };
}

/**
 * Asks for everything, or for one calendar, to be counted again from the events. It is done in the background, newest day first; asked
 * once more, it begins anew.
 * @returns how many days there are to count; 0 without events
 */
export async function startRecount(
  tx: Database,
  {
    workspaceId,
    because,
    zone,
    at,
  }: { workspaceId: string; because: Recount['because']; zone: string | null; at: Date },
): Promise<number> {
  await endRecounts(tx, workspaceId, { because, at });
  const days = await daysToCount(tx, workspaceId);
  if (!days || days.firstDay > days.lastDay) {
    if (zone !== null) await setZoneState(tx, { workspaceId, zone, state: 'ready' });
    return 0;
  }
  await insertRecount(tx, { workspaceId, because, zone, ...days }, at);
  return daysBetween(days.firstDay, days.lastDay) + 1;
}

/** Members of the day that a count is at, so that it lists them once and not for every part of it. */
export interface RecountPlace {
  key: string;
  members: string[];
}

/**
 * Counts the next part of the oldest count that is under way: some members of one day, in one transaction with the note of how far it is.
 * @returns whether there was one, and the members of the day for the next part
 */
export async function recountPart(
  { db, clock }: Pick<Services, 'db' | 'clock'>,
  { limit, place }: { limit: number; place: RecountPlace | null },
): Promise<RecountPlace | null> {
  return db.transaction().execute(async (tx) => {
    if (!(await mayCount(tx))) return null;
    const recount = await findOpenRecount(tx);
    if (!recount) return null;
    const { workspaceId, nextDay: day, firstDay } = recount;
    const at = clock();
    if (day === null || day < firstDay) {
      await endRecount(tx, recount, at);
      return { key: '', members: [] };
    }
    const zones = recount.zone === null ? await listZones(tx, workspaceId) : [recount.zone];
    const ranges = new Map(zones.map((zone) => [zone, rangeOf(day, zone)]));
    const key = `${recount.id} ${day}`;
    const members = place?.key === key ? place.members : await listMembersOf(tx, workspaceId, wholeOf(day, ranges));
    const { afterMember } = recount;
    // '' comes first: it is after nothing, and nothing but null stands for the beginning.
    const left = afterMember === null ? members : members.filter((id) => id > afterMember);
    const part = left.slice(0, limit);
    const days = part.flatMap((memberId) => [...ranges].map(([zone, range]) => ({ memberId, zone, day, ...range })));
    const utc = ranges.get('UTC');
    const hours = utc ? part.map((memberId) => ({ memberId, ...utc })) : [];
    await countMembers(tx, { workspaceId, days, hours, at });
    const isDayDone = left.length <= limit;
    await moveRecount(tx, recount.id, {
      nextDay: isDayDone ? addDays(day, -1) : day,
      afterMember: isDayDone ? null : (part.at(-1) ?? null),
      endedAt: null,
    });
    return { key, members };
  });
}

function wholeOf(day: Day, ranges: ReadonlyMap<string, { starts: Date; ends: Date }>) {
  const all = [...ranges.values()];
  return {
    day,
    starts: new Date(Math.min(...all.map(({ starts }) => starts.getTime()))),
    ends: new Date(Math.max(...all.map(({ ends }) => ends.getTime()))),
  };
}

async function endRecount(tx: Database, recount: Recount, at: Date): Promise<void> {
  await moveRecount(tx, recount.id, { nextDay: null, afterMember: null, endedAt: at });
  const { workspaceId, zone } = recount;
  if (zone !== null) await setZoneState(tx, { workspaceId, zone, state: 'ready' });
}
