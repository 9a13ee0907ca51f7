import type { ProofSchedule } from '#contract/proofs.ts';

export const weekdays = ['Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday', 'Sunday'] as const;

/** "03:00" */
export const hourLabel = (hour: number): string => `${String(hour).padStart(2, '0')}:00`;

/** What the clock of the reader shows then, with the day when it is another one: "05:00", "23:00 the day before". */
export function localHour(hourUtc: number, now: Date, timeZone?: string): string {
  const at = new Date(Date.UTC(now.getUTCFullYear(), now.getUTCMonth(), now.getUTCDate(), hourUtc));
  const zone = timeZone === undefined ? {} : { timeZone };
  const clock = new Intl.DateTimeFormat('en-GB', { hour: '2-digit', minute: '2-digit', ...zone }).format(at);
  const localDay = new Intl.DateTimeFormat('en-CA', { dateStyle: 'short', ...zone }).format(at);
  const utcDay = at.toISOString().slice(0, 10);
  if (localDay < utcDay) return `${clock} the day before`;
  return localDay > utcDay ? `${clock} the day after` : clock;
}

export function saySchedule({ every, hourUtc, weekday, clientVersions }: ProofSchedule, now: Date): string {
  if (every === 'off') return 'Proofs run only when somebody starts one.';
  const when = every === 'day' ? 'every day' : `every ${weekdays[weekday - 1] ?? 'week'}`;
  const clients =
    clientVersions.length === 0 ? 'every installed client' : new Intl.ListFormat('en').format(clientVersions);
  return `Proves by itself ${when} at ${hourLabel(hourUtc)} UTC (${localHour(hourUtc, now)} here), with ${clients}.`;
}
