import type { ReactNode } from 'react';
import classes from './Charts.module.css';
import type { ChartSeries } from './chart-data.ts';

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

/** One bar a row from a zero baseline, with name and value beside it. Says everything in words, so it needs neither legend nor texture. */
export function BarRows({ label, rows, format }: BarRowsProps) {
  const most = Math.max(...rows.map(({ value }) => value), 0);
  return (
    <ul className={classes.bars} aria-label={label}>
      {rows.map(({ id, label: name, name: named, note, value, look }) => (
        <li key={id} className={classes.barRow}>
          <span className={classes.barName}>
            {named ?? name}
            {note && <span className={classes.barNote}>{note}</span>}
          </span>
          <span className={classes.barValue}>{format(value)}</span>
          <svg className={classes.bar} width="100%" height={8} aria-hidden>
            <rect width={`${most === 0 ? 0 : (value / most) * 100}%`} height={8} rx={2} fill={look.color} />
          </svg>
        </li>
      ))}
    </ul>
  );
}
