import { expect, test } from 'vitest';
import { lifetimeOptions, usualLifetime } from './lifetime-options.ts';

const days = (maxDays: number) => lifetimeOptions(maxDays).map(({ value }) => Number(value));

test('nothing beyond what the workspace allows is offered', () => {
  expect(days(365)).toEqual([7, 30, 60, 90, 180, 365]);
  expect(days(45)).toEqual([7, 30, 45]);
  expect(days(1)).toEqual([1]);
  expect(lifetimeOptions(45).at(-1)?.label).toBe('45 days, the longest allowed');
});

test('what is chosen first is among what is offered', () => {
  for (const maxDays of [1, 7, 30, 89, 90, 91, 365, 3650])
    expect(days(maxDays)).toContain(Number(usualLifetime(maxDays)));
});
