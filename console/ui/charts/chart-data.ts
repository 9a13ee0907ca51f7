import type { SeriesLook } from './series-looks.ts';

/** A kind of thing that a chart follows through time, such as a surface. */
export interface ChartSeries {
  id: string;
  label: string;
  look: SeriesLook;
}

export type ChartStep = 'day' | 'week';

/** A day or week: its first day as `2026-11-26`, and what was counted, by the id of the series. */
export interface ChartPoint {
  day: string;
  values: Readonly<Record<string, number | null>>;
}

/** What a chart shows, in rows: shown in its place on demand, and saved as CSV. */
export interface ChartTable {
  columns: { header: string; format?: ((value: number) => string) | undefined }[];
  rows: (string | number | null)[][];
}
