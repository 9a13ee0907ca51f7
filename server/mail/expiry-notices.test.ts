import { expect, test } from 'vitest';
import { dueNotice, inWords } from './expiry-notices.ts';

const dayMs = 86_400_000;
const now = new Date('2027-03-01T12:00:00Z');
const inDays = (days: number) => new Date(now.getTime() + days * dayMs);

test.each([
  [{ lifetimeDays: 90, leftDays: 20, noticedDays: null }, null],
  [{ lifetimeDays: 90, leftDays: 14, noticedDays: null }, 14],
  [{ lifetimeDays: 90, leftDays: 13, noticedDays: 14 }, null],
  [{ lifetimeDays: 90, leftDays: 2, noticedDays: 14 }, 2],
  // Nobody could be told before, for example because mail was not set up.
  [{ lifetimeDays: 90, leftDays: 1, noticedDays: null }, 2],
  [{ lifetimeDays: 90, leftDays: 1, noticedDays: 2 }, null],
  [{ lifetimeDays: 90, leftDays: 0, noticedDays: 14 }, null],
  [{ lifetimeDays: 14, leftDays: 13, noticedDays: null }, null],
  [{ lifetimeDays: 14, leftDays: 2, noticedDays: null }, 2],
  [{ lifetimeDays: 1, leftDays: 1, noticedDays: null }, null],
])('%j → %s', ({ lifetimeDays, leftDays, noticedDays }, due) => {
  const ending = { startedAt: inDays(leftDays - lifetimeDays), expiresAt: inDays(leftDays), noticedDays };
  expect(dueNotice(ending, now)).toBe(due);
});

test('a time says its zone', () => {
  expect(inWords(now)).toBe('1 March 2027, 12:00 UTC');
});
