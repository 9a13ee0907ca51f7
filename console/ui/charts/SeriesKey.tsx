import { useId } from 'react';
import classes from './Charts.module.css';
import type { ChartSeries } from './chart-data.ts';
import { fillAt, Textures } from './textures.tsx';

interface SeriesKeyProps {
  series: readonly ChartSeries[];
  as: 'line' | 'area';
  /** Beside the name: a total. */
  value?: (series: ChartSeries) => string;
}

/** Names beside what they look like in the chart. */
export function SeriesKey({ series, as, value }: SeriesKeyProps) {
  return (
    <ul className={classes.key}>
      {series.map((one) => (
        <li key={one.id} className={classes.keyItem}>
          <Swatch series={one} as={as} />
          <span>{one.label}</span>
          {value && <span className={classes.keyValue}>{value(one)}</span>}
        </li>
      ))}
    </ul>
  );
}

export function Swatch({ series, as }: { series: ChartSeries; as: 'line' | 'area' }) {
  const prefix = `swatch${useId().replace(/\W/g, '')}`;
  const { color, dashes } = series.look;
  if (as === 'line') {
    return (
      <svg width={24} height={12} aria-hidden className={classes.swatch}>
        <line x1={0} y1={6} x2={24} y2={6} stroke={color} strokeWidth={2} strokeDasharray={dashes} />
      </svg>
    );
  }
  return (
    <svg width={12} height={12} aria-hidden className={classes.swatch}>
      <Textures prefix={prefix} series={[series]} />
      <rect width={12} height={12} rx={2} fill={fillAt(prefix, 0, series)} />
    </svg>
  );
}
