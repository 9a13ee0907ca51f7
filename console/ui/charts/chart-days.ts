import type { ChartStep } from './chart-data.ts';

const day = (options: Intl.DateTimeFormatOptions) => new Intl.DateTimeFormat('en-GB', { timeZone: 'UTC', ...options });
const short = day({ day: 'numeric', month: 'short' });
const long = day({ weekday: 'short', day: 'numeric', month: 'short', year: 'numeric' });
const plain = day({ day: 'numeric', month: 'short', year: 'numeric' });

/** Calendar days such as `2026-11-26`, of whatever time zone they were counted in. */
const at = (date: string) => new Date(`${date}T00:00:00Z`);

/** "26 Nov" */
export const sayShortDay = (date: string): string => short.format(at(date));

/** "26 Nov 2026" */
export const sayDay = (date: string): string => plain.format(at(date));

/** "Thu, 26 Nov 2026", "Week from 23 Nov 2026" */
export const sayPoint = (date: string, step: ChartStep): string =>
  step === 'day' ? long.format(at(date)) : `Week from ${plain.format(at(date))}`;

/** "27 Oct – 25 Nov 2026" */
export const sayDays = (from: string, to: string): string => plain.formatRange(at(from), at(to));
