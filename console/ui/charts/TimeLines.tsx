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

/** Lines from a zero baseline, named at their ends; on a phone, where there is no room for that, above them. */
export function TimeLines(props: TimeChartProps & { hasFractions?: boolean }): ReactNode {
  const { label, points, series, step, format, formatAxis, hasFractions = false } = props;
  const isPhone = useMediaQuery('(max-width: 700px)', false, { getInitialValueInEffect: false });
  const lookOf = new Map(series.map(({ look }, place) => [keyAt(place), look]));
  const dot = points.length < dotsUpTo && { r: 2.5, strokeDasharray: '' };
  const last = series.map(({ id }) => points.at(-1)?.values[id] ?? null);
  const surface = { margin: { top: 8, right: isPhone ? 8 : roomForEndLabels(series) }, 'aria-label': label };
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
        yAxisProps={{
          width: 44,
          allowDecimals: hasFractions,
          domain: [0, 'auto'],
          tickFormatter: formatAxis,
          tickCount: 4,
        }}
        valueFormatter={format}
        tooltipProps={{ labelFormatter: sayPointOf(step) }}
        lineChartProps={surface}
      >
        {!isPhone && <EndLabels series={series} last={last} />}
      </LineChart>
    </>
  );
}
