import { expect, test } from 'vitest';
import { sayChange } from './say-change.ts';

test.each([
  [112, 100, '12 % more'],
  [75, 100, '25 % fewer'],
  [1000, 1001, 'as before'],
  [350, 100, '3.5 times as much'],
  [4, 0, 'none before'],
  [0, 4, 'some before'],
  [0, 0, 'none before either'],
])('%i after %i: %s', (now, before, words) => {
  expect(sayChange({ now, before })).toBe(words);
});

test('money is less, not fewer', () => {
  expect(sayChange({ now: 1.5, before: 3, less: 'less' })).toBe('50 % less');
});
