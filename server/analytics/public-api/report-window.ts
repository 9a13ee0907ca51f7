import type { Fault } from './wire.ts';

export const daySeconds = 86_400;
const defaultDays = 30;
/** Of the older generation of parameters, the one with `group_by`. */
export const lookBackDays = 90;
/** The last second of the year 9998: the day after it still has a four-digit year, as the database wants it. */
export const lastSecond = 253_370_764_799;

/** Whole UTC days, in Unix seconds at midnight. */
export interface ReportWindow {
  from: number;
  /** Exclusive. */
  until: number;
}

export const dayOf = (seconds: number): number => Math.floor(seconds / daySeconds) * daySeconds;
export const isoDay = (seconds: number): string => new Date(seconds * 1000).toISOString().slice(0, 10);

/** The first second of the Monday of this day's week: 1970-01-01 was a Thursday. */
export const mondayOf = (day: number): number => {
  const days = day / daySeconds;
  return (days - ((days + 3) % 7)) * daySeconds;
};

/**
 * Which days are asked for: every UTC day of which a part lies in the window. Without an end, it ends with today; without a beginning,
 * it has 30 days.
 */
export function reportWindow({
  start,
  end,
  now,
}: {
  start: number | null;
  end: number | null;
  now: Date;
}): ReportWindow {
  const tomorrow = dayOf(now.getTime() / 1000) + daySeconds;
  const until = end === null ? tomorrow : dayOf(end - 1) + daySeconds;
  const from = start === null ? until - defaultDays * daySeconds : dayOf(start);
  return { from, until: start !== null && end !== null && start === end ? from : until };
}

/** What is wrong with it; the older generation looks back 90 days and no further. */
export function windowFaults({
  start,
  end,
  isOlder,
  now,
}: {
  start: number | null;
  end: number | null;
  isOlder: boolean;
  now: Date;
}): Fault[] {
  const { from, until } = reportWindow({ start, end, now });
  const faults: Fault[] = [];
  if (until < from || (start !== null && end !== null && end < start))
    faults.push({
      loc: ['query', end === null ? 'start_time' : 'end_time'],
      msg: 'The window ends before it begins.',
      type: 'value_error',
      input: end ?? start,
    });
  const earliest = dayOf(now.getTime() / 1000) - lookBackDays * daySeconds;
  if (isOlder && from < earliest)
    faults.push({
      loc: ['query', 'start_time'],
      msg: `With group_by, a report looks back ${lookBackDays} days at most. Leave group_by out to look further.`,
      type: 'greater_than_equal',
      input: start ?? from,
      ctx: { ge: earliest },
    });
  return faults;
}
