import type { ReactNode } from 'react';
import classes from './EntryList.module.css';

export function EntryList({ label, children }: { label: string; children: ReactNode }) {
  return (
    <ul className={classes.list} aria-label={label}>
      {children}
    </ul>
  );
}

interface EntryProps {
  title: ReactNode;
  badge?: ReactNode;
  /** Shown in one line, with space between; null and false are left out. */
  facts: ReactNode[];
  action?: ReactNode;
  /** Shown below over the whole width. */
  children?: ReactNode;
}

export function Entry({ title, badge, facts, action, children }: EntryProps) {
  return (
    <li className={classes.entry}>
      <div className={classes.words}>
        <div className={classes.title}>
          {title} {badge}
        </div>
        <div className={classes.facts}>
          {facts.map(
            (fact, index) =>
              // biome-ignore lint/suspicious/noArrayIndexKey: the facts of one entry never change places
              fact && <span key={index}>{fact}</span>,
          )}
        </div>
      </div>
      {action}
      {children && <div className={classes.more}>{children}</div>}
    </li>
  );
}
