import { expect, test } from 'vitest';
import {
  countOf,
  formatCompactUsd,
  formatCredits,
  formatDuration,
  formatPrice,
  formatShare,
  formatTokens,
  formatUsd,
  formatUsdSum,
  sayTime,
} from './figures.ts';

test.each([
  [formatUsd(null), '–'],
  [formatUsd(0), '$0.00'],
  [formatUsd(0.0123), '$0.0123'],
  [formatUsd(1234.5), '$1,234.50'],
  [formatUsdSum(0.25), '$0.25'],
  [formatUsdSum(0.0004), 'under $0.01'],
  [formatUsdSum(0), '$0.00'],
  [formatPrice(0.175), '$0.175'],
  [formatPrice(14), '$14.00'],
  [formatTokens(9999), '9,999'],
  [formatTokens(12_345), '12.3K'],
  [formatCompactUsd(0.0412), '$0.041'],
  [formatCompactUsd(0), '$0'],
  [formatCompactUsd(12_345), '$12.3K'],
  [formatCredits(12.345), '12.3'],
  [formatCredits(1234.56), '1,235'],
  [formatShare(0.384), '38 %'],
  [formatShare(0.0042), '0.4 %'],
  [formatDuration(999), '999 ms'],
  [formatDuration(2345), '2.3 s'],
  [formatDuration(61_000), '1 min 1 s'],
  [countOf(1, 'member'), '1 member'],
  [countOf(1200, 'person', 'people'), '1,200 people'],
])('%s is %s', (shown, expected) => {
  expect(shown).toBe(expected);
});

test('a running clock shows whole seconds, then minutes, then hours', () => {
  expect([-500, 0, 59_999, 60_000, 133_400, 3_600_000, 3_905_000].map(sayTime)).toEqual([
    '0 s',
    '0 s',
    '59 s',
    '1 min 0 s',
    '2 min 13 s',
    '1 h 0 min',
    '1 h 5 min',
  ]);
});
