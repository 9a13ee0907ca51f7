import '@mantine/charts/styles.css';
import { BarChart } from '@mantine/charts';
import { useMediaQuery } from '@mantine/hooks';
import { useId } from 'react';
import { sayShortDay } from './chart-days.ts';
import { SeriesKey } from './SeriesKey.tsx';
import type { TimeChartProps } from './TimeLines.tsx';
import { fillAt, Textures } from './textures.tsx';
import { keyAt, rowsOf, sayPointOf, sumOf, ticksOf } from './time-data.ts';

interface TimeBarsProps extends TimeChartProps {
  /** For the sums beside the names. */
  formatSum: (value: number) => string;
}

/** Bars that add up, from a zero baseline; the names above with their sums over the whole time. */
export function TimeBars({ label, points, series, step, format, formatAxis, formatSum }: TimeBarsProps) {
  const isPhone = useMediaQuery('(max-width: 700px)', false, { getInitialValueInEffect: false });
  const prefix = `bars${useId().replace(/\W/g, '')}`;
  const fills = new Map(series.map((one, place) => [keyAt(place), fillAt(prefix, place, one)]));
  const surface = { margin: { top: 8, right: 20 }, 'aria-label': label };
  return (
    <>
      <SeriesKey series={series} as="area" value={({ id }) => formatSum(sumOf(points, id))} />
      <BarChart
        h={192}
        type="stacked"
        data={rowsOf(points, series)}
        dataKey="day"
        strokeDasharray=""
        gridColor="var(--line)"
        textColor="var(--text-quiet)"
        tickLine="none"
        maxBarWidth={32}
        series={series.map(({ label: name, look }, place) => ({
          name: keyAt(place),
          label: name,
          color: look.color,
        }))}
        barProps={({ name }) => ({ fill: fills.get(name) ?? 'none' })}
        xAxisProps={{ tickFormatter: sayShortDay, ticks: ticksOf(points, isPhone ? 4 : 6), interval: 0 }}
        yAxisProps={{ width: 48, domain: [0, 'auto'], tickFormatter: formatAxis, tickCount: 4 }}
        valueFormatter={format}
        tooltipProps={{ labelFormatter: sayPointOf(step) }}
        barChartProps={surface}
      >
        <Textures prefix={prefix} series={series} />
      </BarChart>
    </>
  );
}
