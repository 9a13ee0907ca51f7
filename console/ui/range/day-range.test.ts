import { describe, expect, test } from 'vitest';
import { countDays, daysOf, isDay, todayIn } from './day-range.ts';

const today = '2026-03-01';

describe('days of a choice', () => {
  test.each([
    ['nothing: 30 days', {}, '2026-01-31', today, 30],
    ['a week', { range: '7d' }, '2026-02-23', today, 7],
    ['a quarter', { range: '90d' }, '2025-12-02', today, 90],
    ['this month, on its first day', { range: 'month' }, today, today, 1],
    ['a year', { range: '12m' }, '2025-03-02', today, 365],
    ['days win over a preset', { range: '7d', from: '2025-01-01', to: '2025-01-31' }, '2025-01-01', '2025-01-31', 31],
    ['only a first day: until today', { from: '2026-02-20' }, '2026-02-20', today, 10],
    ['only a last day: the month before it', { to: '2026-01-30' }, '2026-01-01', '2026-01-30', 30],
    ['the wrong way round', { from: '2026-02-02', to: '2026-02-01' }, '2026-02-01', '2026-02-02', 2],
  ] as const)('%s', (_name, choice, from, to, days) => {
    const range = daysOf(choice, today);
    expect(range).toEqual({ from, to });
    expect(countDays(range)).toBe(days);
  });
});

test('today is the day of the workspace, not of the reader', () => {
  const now = new Date('2026-11-26T23:30:00Z');
  expect([todayIn('Europe/Berlin', now), todayIn('America/Lima', now)]).toEqual(['2026-11-27', '2026-11-26']);
});

test('what is no day of the calendar is none', () => {
  expect(['2026-02-28', '2026-02-30', '2026-2-3', 'yesterday', ''].map(isDay)).toEqual([
    true,
    false,
    false,
    false,
    false,
  ]);
});
