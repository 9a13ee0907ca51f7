/** First and last calendar day, both included, as `2026-11-26`. */
export interface DayRange {
  from: string;
  to: string;
}

export const rangePresets = {
  '7d': 'Last 7 days',
  '30d': 'Last 30 days',
  '90d': 'Last 90 days',
  month: 'This month',
  '12m': 'Last 12 months',
} as const;
export type RangePreset = keyof typeof rangePresets;
export const rangePresetNames = Object.keys(rangePresets) as [RangePreset, ...RangePreset[]];

/** What the address says: a preset, or days; days win. Nothing is the last 30 days. */
export interface RangeChoice {
  range?: RangePreset | undefined;
  from?: string | undefined;
  to?: string | undefined;
}

const dayMs = 86_400_000;
const asDay = (at: Date) => at.toISOString().slice(0, 10);
const asDate = (day: string) => new Date(`${day}T00:00:00Z`);

export const addDays = (day: string, days: number): string => asDay(new Date(asDate(day).getTime() + days * dayMs));

/** "today" in a time zone such as `Europe/Berlin`. */
export const todayIn = (timeZone: string, now: Date): string =>
  new Intl.DateTimeFormat('en-CA', { timeZone, year: 'numeric', month: '2-digit', day: '2-digit' }).format(now);

/** The same day a year before; 29 February becomes 1 March. */
function yearBefore(day: string): string {
  const at = asDate(day);
  at.setUTCFullYear(at.getUTCFullYear() - 1);
  return asDay(at);
}

function presetDays(preset: RangePreset, today: string): DayRange {
  switch (preset) {
    case '7d':
      return { from: addDays(today, -6), to: today };
    case '30d':
      return { from: addDays(today, -29), to: today };
    case '90d':
      return { from: addDays(today, -89), to: today };
    case 'month':
      return { from: `${today.slice(0, 8)}01`, to: today };
    case '12m':
      return { from: addDays(yearBefore(today), 1), to: today };
  }
}

/** Where only one end was chosen, the other is a month away or today; days the wrong way round are turned. */
export function daysOf({ range = '30d', from, to }: RangeChoice, today: string): DayRange {
  if (from === undefined && to === undefined) return presetDays(range, today);
  const last = to ?? today;
  const first = from ?? addDays(last, -29);
  return first <= last ? { from: first, to: last } : { from: last, to: first };
}

export const countDays = ({ from, to }: DayRange): number =>
  Math.round((asDate(to).getTime() - asDate(from).getTime()) / dayMs) + 1;

/** A day as an address or a date field may say it; anything else is none. */
export const isDay = (text: string): boolean =>
  /^\d{4}-\d{2}-\d{2}$/.test(text) && !Number.isNaN(asDate(text).getTime()) && asDay(asDate(text)) === text;
