import { countOf } from '#console/ui/figures.ts';
import classes from './Order.module.css';
import type { OrderChange } from './order-changes.ts';

const most = 8;

export function ChangeList({ changes }: { changes: OrderChange[] }) {
  return (
    <ul className={classes.changes}>
      {changes.slice(0, most).map(({ kind, sentence }) => (
        <li key={`${kind} ${sentence}`}>{sentence}</li>
      ))}
      {changes.length > most && <li>{countOf(changes.length - most, 'more change')}.</li>}
    </ul>
  );
}
