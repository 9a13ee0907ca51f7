import { expect, test } from 'vitest';
import { lookAt } from './series-looks.ts';
import { rowsOf, ticksOf, timeTable } from './time-data.ts';

const points = ['2026-11-24', '2026-11-25', '2026-11-26'].map((day, at) => ({
  day,
  values: { 'gpt-5.4': at, other: null },
}));
const series = [
  { id: 'gpt-5.4', label: 'GPT 5.4', look: lookAt(0) },
  { id: 'other', label: 'Other', look: lookAt(1) },
];

test('the chart library gets keys without dots, which it would read as paths', () => {
  expect(rowsOf(points, series)[1]).toEqual({ day: '2026-11-25', s0: 1, s1: null });
});

test('the table has a row for each day and a column for each series', () => {
  const { columns, rows } = timeTable({ points, series, step: 'day', format: String });
  expect(columns.map(({ header }) => header)).toEqual(['Day', 'GPT 5.4', 'Other']);
  expect(rows[2]).toEqual(['2026-11-26', 2, null]);
});

test('the axis names the last day, and not more days than fit', () => {
  expect(ticksOf(points, 6)).toEqual(['2026-11-24', '2026-11-25', '2026-11-26']);
  expect(ticksOf(points, 2)).toEqual(['2026-11-24', '2026-11-26']);
  expect(ticksOf(points, 1)).toEqual(['2026-11-26']);
  expect(ticksOf([], 6)).toEqual([]);
});
