import type { ReactNode } from 'react';
import classes from './Charts.module.css';
import type { ChartSeries } from './chart-data.ts';
import { fillOf, Textures } from './textures.tsx';

export interface BarRow extends ChartSeries {
  value: number;
  /** In place of the label: a link. */
  name?: ReactNode;
  /** Under the name. */
  note?: ReactNode;
}

interface BarRowsProps {
  label: string;
  rows: readonly BarRow[];
  format: (value: number) => string;
}

/** One bar a row from a zero baseline, with name and value beside it. Says everything in words, so it needs no legend. */
export function BarRows({ label, rows, format }: BarRowsProps) {
  const most = Math.max(...rows.map(({ value }) => value), 0);
  return (
    <ul className={classes.bars} aria-label={label}>
      {rows.map((row, index) => {
        const prefix = `row${index}`;
        const width = most === 0 ? 0 : (row.value / most) * 100;
        return (
          <li key={row.id} className={classes.barRow}>
            <span className={classes.barName}>
              {row.name ?? row.label}
              {row.note && <span className={classes.barNote}>{row.note}</span>}
            </span>
            <span className={classes.barValue}>{format(row.value)}</span>
            <svg className={classes.bar} width="100%" height={8} aria-hidden>
              <Textures prefix={`${prefix}-${label.replace(/\W/g, '')}`} series={[row]} />
              <rect width={`${width}%`} height={8} rx={2} fill={fillOf(`${prefix}-${label.replace(/\W/g, '')}`, row)} />
            </svg>
          </li>
        );
      })}
    </ul>
  );
}
