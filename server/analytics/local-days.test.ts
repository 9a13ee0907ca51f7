import { expect, test } from 'vitest';
import { addDays, dayOf, mondayOf, rangeOf } from './local-days.ts';

const hours = (day: string, zone: string) => {
  const { starts, ends } = rangeOf(day, zone);
  return (ends.getTime() - starts.getTime()) / 3_600_000;
};

test.each([
  ['2026-03-29', 'Europe/Berlin', 23, '2026-03-28T23:00:00.000Z'],
  ['2026-10-25', 'Europe/Berlin', 25, '2026-10-24T22:00:00.000Z'],
  ['2026-11-26', 'Asia/Kolkata', 24, '2026-11-25T18:30:00.000Z'],
  ['2026-11-26', 'Asia/Kathmandu', 24, '2026-11-25T18:15:00.000Z'],
  ['2026-04-05', 'Australia/Lord_Howe', 24.5, '2026-04-04T13:00:00.000Z'],
  ['2026-11-26', 'Pacific/Kiritimati', 24, '2026-11-25T10:00:00.000Z'],
  ['2026-11-26', 'UTC', 24, '2026-11-26T00:00:00.000Z'],
  // Clocks went from 0:00 to 1:00, and from 0:00 back to 23:00.
  ['2018-11-04', 'America/Sao_Paulo', 23, '2018-11-04T03:00:00.000Z'],
  ['2018-02-17', 'America/Sao_Paulo', 25, '2018-02-17T02:00:00.000Z'],
  // Samoa had no such day.
  ['2011-12-30', 'Pacific/Apia', 0, '2011-12-30T10:00:00.000Z'],
])('%s in %s has %d hours', (day, zone, expected, start) => {
  expect(hours(day, zone)).toBe(expected);
  expect(rangeOf(day, zone).starts.toISOString()).toBe(start);
  if (expected > 0) expect(dayOf(rangeOf(day, zone).starts, zone)).toBe(day);
  expect(dayOf(new Date(rangeOf(day, zone).starts.getTime() - 1), zone)).toBe(addDays(day, -1));
});

test('weeks begin on Monday', () => {
  expect(mondayOf('2026-11-26')).toBe('2026-11-23');
  expect(mondayOf('2026-11-23')).toBe('2026-11-23');
  expect(mondayOf('2026-11-22')).toBe('2026-11-16');
});
