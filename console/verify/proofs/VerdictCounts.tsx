import { StatusBadge } from '#console/ui/StatusBadge.tsx';
import type { ProofCounts } from '#contract/proofs.ts';
import classes from './Proofs.module.css';
import { attemptOrder, attemptVerdictLabels, sayAttempt } from './proof-words.ts';

/** How many attempts came out how; none is left out of it but zeros. */
export function VerdictCounts({ counts }: { counts: ProofCounts }) {
  const shown = attemptOrder.filter((verdict) => counts[verdict] > 0);
  if (shown.length === 0) return <p className={classes.quiet}>No attempt has ended.</p>;
  return (
    <ul className={classes.counts} aria-label="Attempts by verdict">
      {shown.map((verdict) => (
        <li key={verdict}>
          <StatusBadge tone={sayAttempt(verdict, '').tone}>
            {counts[verdict]} {attemptVerdictLabels[verdict].toLowerCase()}
          </StatusBadge>
        </li>
      ))}
    </ul>
  );
}
