import type { Database } from '#server/db/open-database.ts';
import { markTotalsDue } from './due-queries.ts';
import { mondayOf, monthOf } from './local-days.ts';
import {
  countDays,
  countHours,
  countMarks,
  countMonths,
  countSources,
  type DaySpan,
  type Span,
} from './member-queries.ts';
import { readFloor } from './recount-queries.ts';
import type { TotalOf } from './total-queries.ts';

const distinctBy = <Row>(rows: readonly Row[], keyOf: (row: Row) => readonly unknown[]): Row[] => [
  ...new Map(rows.map((row) => [JSON.stringify(keyOf(row)), row])).values(),
];

/**
 * Counts members' days, hours and months from the events, and notes which totals have to be made again because of it.
 * Time of which events were deleted stays as it was counted.
 */
export async function countMembers(
  tx: Database,
  { workspaceId, days, hours, at }: { workspaceId: string; days: readonly DaySpan[]; hours: readonly Span[]; at: Date },
): Promise<void> {
  const floor = await readFloor(tx, workspaceId);
  const isWhole = ({ starts }: Span) => floor === null || starts >= floor;
  await countWhole(tx, { workspaceId, days: days.filter(isWhole), hours: hours.filter(isWhole), at });
}

async function countWhole(
  tx: Database,
  { workspaceId, days, hours, at }: { workspaceId: string; days: readonly DaySpan[]; hours: readonly Span[]; at: Date },
): Promise<void> {
  if (hours.length > 0) await countHours(tx, workspaceId, hours);
  if (days.length === 0) return;
  await countDays(tx, workspaceId, days);
  await countMarks(tx, workspaceId, days);
  const inUtc = days.filter(({ zone }) => zone === 'UTC');
  if (inUtc.length > 0) await countSources(tx, workspaceId, inUtc);
  const months = days.map(({ memberId, zone, day }) => ({ memberId, zone, month: monthOf(day) }));
  await countMonths(
    tx,
    workspaceId,
    distinctBy(months, ({ memberId, zone, month }) => [memberId, zone, month]),
  );
  const totals = days.flatMap(({ zone, day }): TotalOf[] => [
    { workspaceId, zone, grain: 'day', day },
    { workspaceId, zone, grain: 'week', day: mondayOf(day) },
  ]);
  await markTotalsDue(
    tx,
    distinctBy(totals, ({ zone, grain, day }) => [zone, grain, day]),
    at,
  );
}
