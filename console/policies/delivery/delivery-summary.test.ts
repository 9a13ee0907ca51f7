import { expect, test } from 'vitest';
import { shareOf } from './delivery-summary.ts';

test.each([
  [0, 0, '–'],
  [0, 10, '0%'],
  [10, 10, '100%'],
  [1, 3, '33%'],
  [1, 5000, '<1%'],
  [4999, 5000, '>99%'],
])('%i of %i is %s', (part, whole, share) => {
  expect(shareOf(part, whole)).toBe(share);
});
