import type { ChartPoint, ChartSeries, ChartStep, ChartTable } from './chart-data.ts';
import { sayPoint } from './chart-days.ts';

/** A key of our own for each series: the chart library reads dots in a key as a path, and models are called `gpt-5.4`. */
export const keyAt = (place: number): string => `s${place}`;

/** Rows as the chart library takes them. */
export const rowsOf = (points: readonly ChartPoint[], series: readonly ChartSeries[]) =>
  points.map(({ day, values }) => ({
    day,
    ...Object.fromEntries(series.map(({ id }, place) => [keyAt(place), values[id] ?? null])),
  }));

interface TimeTable {
  points: readonly ChartPoint[];
  series: readonly ChartSeries[];
  step: ChartStep;
  format: (value: number) => string;
}

export const timeTable = ({ points, series, step, format }: TimeTable): ChartTable => ({
  columns: [
    { header: step === 'day' ? 'Day' : 'Week from' },
    ...series.map(({ label }) => ({ header: label, format })),
  ],
  rows: points.map(({ day, values }) => [day, ...series.map(({ id }) => values[id] ?? null)]),
});

/** Of every series over all points. */
export const sumOf = (points: readonly ChartPoint[], id: string): number =>
  points.reduce((sum, { values }) => sum + (values[id] ?? 0), 0);

/** The chart library asks also while it points at nothing. */
export const sayPointOf = (step: ChartStep) => (day: unknown) =>
  typeof day === 'string' && day !== '' ? sayPoint(day, step) : '';

/** Days that the axis names: evenly apart, and the last one always. */
export function ticksOf(points: readonly ChartPoint[], most: number): string[] {
  const every = Math.max(1, Math.ceil(points.length / most));
  return points.filter((_, at) => (points.length - 1 - at) % every === 0).map(({ day }) => day);
}
