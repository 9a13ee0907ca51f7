/** A day of the calendar, `YYYY-MM-DD`. */
export type Day = string;

export const dayMs = 86_400_000;

const formats = new Map<string, Intl.DateTimeFormat>();
function formatOf(zone: string): Intl.DateTimeFormat {
  let format = formats.get(zone);
  if (!format) {
    const options = { timeZone: zone, calendar: 'iso8601', year: 'numeric', month: '2-digit', day: '2-digit' } as const;
    format = new Intl.DateTimeFormat('en-CA', options);
    formats.set(zone, format);
  }
  return format;
}

/** The day it is there and then. Time zones are those of this process, never the database's: the two must not differ. */
export function dayOf(at: Date, zone: string): Day {
  if (zone === 'UTC') return at.toISOString().slice(0, 10);
  const parts = new Map(
    formatOf(zone)
      .formatToParts(at)
      .map(({ type, value }) => [type, value]),
  );
  return `${parts.get('year')}-${parts.get('month')}-${parts.get('day')}`;
}

export const addDays = (day: Day, days: number): Day =>
  new Date(Date.parse(`${day}T00:00:00Z`) + days * dayMs).toISOString().slice(0, 10);

export const daysBetween = (from: Day, to: Day): number =>
  Math.round((Date.parse(`${to}T00:00:00Z`) - Date.parse(`${from}T00:00:00Z`)) / dayMs);

/** The Monday of the ISO week. */
export const mondayOf = (day: Day): Day => addDays(day, -((new Date(`${day}T00:00:00Z`).getUTCDay() + 6) % 7));

export const monthOf = (day: Day): Day => `${day.slice(0, 7)}-01`;

/** No time zone is further from UTC than 14 hours. */
const furthestMs = 15 * 3_600_000;
const starts = new Map<string, number>();
const keptStarts = 20_000;

/**
 * The first moment of a day: usually midnight, but clocks that jump over midnight begin it later, and a day that was skipped (Samoa, 2011)
 * begins when the next one does.
 */
function startOf(day: Day, zone: string): number {
  const midnightMs = Date.parse(`${day}T00:00:00Z`);
  if (zone === 'UTC') return midnightMs;
  const key = `${zone} ${day}`;
  const known = starts.get(key);
  if (known !== undefined) return known;
  let before = midnightMs - furthestMs;
  let after = midnightMs + furthestMs;
  while (after - before > 1_000) {
    const middle = before + Math.floor((after - before) / 2_000) * 1_000;
    if (dayOf(new Date(middle), zone) >= day) after = middle;
    else before = middle;
  }
  if (starts.size >= keptStarts) starts.clear();
  starts.set(key, after);
  return after;
}

/** From its first moment to before the next day's. */
export const rangeOf = (day: Day, zone: string): { starts: Date; ends: Date } => ({
  starts: new Date(startOf(day, zone)),
  ends: new Date(startOf(addDays(day, 1), zone)),
});
