import { maxRangeDays } from '#contract/analytics.ts';
import { ReeveError } from '#server/fail.ts';
import { addDays, type Day, daysBetween, mondayOf, monthOf } from './local-days.ts';

export type Interval = 'day' | 'week';

export interface Period {
  timeZone: string;
  from: Day;
  /** Included. */
  to: Day;
  interval: Interval;
  /** The first day of each day or week. */
  buckets: Day[];
}

const usualDays = 30;

const wrong = (path: string, message: string) => new ReeveError('bad-input', { issues: [{ path: [path], message }] });

/**
 * The days that were asked for; weeks are whole.
 * @throws ReeveError bad-input
 */
export function readPeriod(
  { from, to, interval = 'day' }: { from?: Day | undefined; to?: Day | undefined; interval?: Interval | undefined },
  { timeZone, today }: { timeZone: string; today: Day },
): Period {
  const last = to ?? today;
  const first = from ?? addDays(last, 1 - usualDays);
  if (first > last) throw wrong('from', `Is after ${last}, the last day.`);
  if (daysBetween(first, last) >= maxRangeDays) throw wrong('from', `More than ${maxRangeDays} days.`);
  if (interval === 'day') {
    const buckets = Array.from({ length: daysBetween(first, last) + 1 }, (_, index) => addDays(first, index));
    return { timeZone, from: first, to: last, interval, buckets };
  }
  const monday = mondayOf(first);
  const sunday = addDays(mondayOf(last), 6);
  const buckets = Array.from({ length: (daysBetween(monday, sunday) + 1) / 7 }, (_, index) =>
    addDays(monday, 7 * index),
  );
  return { timeZone, from: monday, to: sunday, interval, buckets };
}

/** As many days right before. */
export function periodBefore({ from, to, ...rest }: Period): Period {
  const days = daysBetween(from, to) + 1;
  const first = addDays(from, -days);
  const step = rest.interval === 'day' ? 1 : 7;
  const buckets = Array.from({ length: days / step }, (_, index) => addDays(first, index * step));
  return { ...rest, from: first, to: addDays(from, -1), buckets };
}

export interface MonthPart {
  month: Day;
  /** How many days the month has. */
  length: number;
  /** Bit n: day n + 1 lies in the period. */
  mask: number;
  isWhole: boolean;
  from: Day;
  to: Day;
}

/** The months of the period, in order, with what of each lies in it. */
export function monthsOf(from: Day, to: Day): MonthPart[] {
  const parts: MonthPart[] = [];
  for (let month = monthOf(from); month <= to; ) {
    const next = monthOf(addDays(month, 31));
    const length = daysBetween(month, next);
    const first = month < from ? from : month;
    const end = addDays(next, -1);
    const last = end > to ? to : end;
    let mask = 0;
    for (let day = daysBetween(month, first); day <= daysBetween(month, last); day += 1) mask |= 1 << day;
    parts.push({ month, length, mask, isWhole: first === month && last === end, from: first, to: last });
    month = next;
  }
  return parts;
}
