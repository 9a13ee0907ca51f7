import '@mantine/charts/styles.css';
import { LineChart } from '@mantine/charts';
import { useMediaQuery } from '@mantine/hooks';
import type { ReactNode } from 'react';
import type { ChartPoint, ChartSeries, ChartStep } from './chart-data.ts';
import { sayShortDay } from './chart-days.ts';
import { EndLabels, roomForEndLabels } from './EndLabels.tsx';
import { SeriesKey } from './SeriesKey.tsx';
import { keyAt, rowsOf, sayPointOf, ticksOf } from './time-data.ts';

export interface TimeChartProps {
  label: string;
  points: readonly ChartPoint[];
  series: readonly ChartSeries[];
  step: ChartStep;
  /** For the tooltip. */
  format: (value: number) => string;
  /** For the axis, where room is scarce. */
  formatAxis: (value: number) => string;
}

/** Fewer points than this have dots: a line of one point would be invisible. */
const dotsUpTo = 15;

const countAxis = { allowDecimals: false, domain: [0, 'auto'], tickCount: 4 } as const;

/** Shares end at a quarter, a half or the whole, so that 38 % looks like 38 %. */
const shareAxis = {
  domain: [0, (most: number) => (most <= 0.25 ? 0.25 : most <= 0.5 ? 0.5 : 1)],
  tickCount: 6,
  niceTicks: 'none',
} as const;

/** Lines from a zero baseline, named at their ends; on a phone, where there is no room for that, above them. */
export function TimeLines(props: TimeChartProps & { isShare?: boolean }): ReactNode {
  const { label, points, series, step, format, formatAxis, isShare = false } = props;
  const isPhone = useMediaQuery('(max-width: 700px)', false, { getInitialValueInEffect: false });
  const lookOf = new Map(series.map(({ look }, place) => [keyAt(place), look]));
  const dot = points.length < dotsUpTo && { r: 2.5, strokeDasharray: '' };
  const last = series.map(({ id }) => points.at(-1)?.values[id] ?? null);
  const surface = { margin: { top: 8, right: isPhone ? 20 : roomForEndLabels(series) }, 'aria-label': label };
  return (
    <>
      {isPhone && <SeriesKey series={series} as="line" />}
      <LineChart
        h={220}
        data={rowsOf(points, series)}
        dataKey="day"
        curveType="linear"
        strokeDasharray=""
        gridColor="var(--line)"
        textColor="var(--text-quiet)"
        tickLine="none"
        series={series.map(({ label: name, look }, place) => ({
          name: keyAt(place),
          label: name,
          color: look.color,
        }))}
        lineProps={({ name }) => ({ dot, strokeDasharray: lookOf.get(name)?.dashes ?? 'none' })}
        xAxisProps={{ tickFormatter: sayShortDay, ticks: ticksOf(points, isPhone ? 4 : 6), interval: 0 }}
        yAxisProps={{ width: 48, tickFormatter: formatAxis, ...(isShare ? shareAxis : countAxis) }}
        valueFormatter={format}
        tooltipProps={{ labelFormatter: sayPointOf(step) }}
        lineChartProps={surface}
      >
        {!isPhone && <EndLabels series={series} last={last} />}
      </LineChart>
    </>
  );
}
