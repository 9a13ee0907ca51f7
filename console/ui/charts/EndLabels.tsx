import { usePlotArea, useYAxisScale } from 'recharts';
import type { ChartSeries } from './chart-data.ts';
import { spreadLabels } from './spread-labels.ts';

const longest = 18;
const characterPx = 7;

const cut = (label: string) => (label.length > longest ? `${label.slice(0, longest - 1)}…` : label);

/** Pixels at the right of the plot that `EndLabels` need. */
export const roomForEndLabels = (series: readonly ChartSeries[]): number =>
  12 + characterPx * Math.max(...series.map(({ label }) => Math.min(label.length, longest)), 0);

interface EndLabelsProps {
  series: readonly ChartSeries[];
  /** The last value of each series, in the same order; null has no label. */
  last: readonly (number | null)[];
}

/** The name of each line at its right end, so that no legend has to be looked up. Inside a chart. */
export function EndLabels({ series, last }: EndLabelsProps) {
  const scale = useYAxisScale();
  const area = usePlotArea();
  if (!scale || !area) return null;
  const ends = series.flatMap((one, index) => {
    const value = last[index] ?? null;
    const y = value === null ? undefined : scale(value);
    return y === undefined ? [] : [{ ...one, y: Number(y) }];
  });
  const places = spreadLabels(
    ends.map(({ y }) => y),
    { gap: 16, top: area.y + 4, bottom: area.y + area.height },
  );
  return (
    <g aria-hidden>
      {ends.map(({ id, label, look }, index) => (
        <text
          key={id}
          x={area.x + area.width + 8}
          y={places[index]}
          dominantBaseline="middle"
          fontSize={12}
          fontWeight={600}
          fill={look.color}
        >
          {cut(label)}
        </text>
      ))}
    </g>
  );
}
