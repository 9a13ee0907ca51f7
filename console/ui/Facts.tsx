import type { ReactNode } from 'react';
import classes from './Facts.module.css';

/** Terms and their values. Values that are null are left out. */
export function Facts({ items }: { items: [term: string, value: ReactNode][] }) {
  return (
    <dl className={classes.facts}>
      {items
        .filter(([, value]) => value !== null && value !== undefined)
        .map(([term, value]) => (
          <div key={term} className={classes.fact}>
            <dt className={classes.term}>{term}</dt>
            <dd className={classes.value}>{value}</dd>
          </div>
        ))}
    </dl>
  );
}
