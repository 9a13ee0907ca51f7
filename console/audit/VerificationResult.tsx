import { Progress } from '@mantine/core';
import { Notice } from '#console/ui/Notice.tsx';
import { RelativeTime } from '#console/ui/RelativeTime.tsx';
import { shortName } from '#console/ui/short-name.ts';
import type { Verification } from '#contract/audit-chain.ts';
import classes from './Audit.module.css';
import { counted } from './chain-words.ts';

const shownProblems = 5;

/** How far the look at the whole log is, or what it found. */
export function VerificationResult({ verification }: { verification: Verification }) {
  const { state, checked, total, endedAt, startedBy } = verification;
  if (state === 'running') {
    const label = `${counted(checked, 'entry', 'entries')} of ${counted(total, '', '').trim()} verified`;
    return (
      <div className={classes.progress} role="status">
        <Progress value={total === 0 ? 100 : (checked / total) * 100} aria-label={label} />
        <p className={classes.quiet}>{label}</p>
      </div>
    );
  }
  if (state === 'broken-off')
    return (
      <p className={classes.quiet}>The last verification was broken off when the server stopped. Start it again.</p>
    );
  if (state === 'invalid') return <Problems verification={verification} />;
  return (
    <p className={classes.quiet} role="status">
      Verified {endedAt && <RelativeTime at={endedAt} />} for {shortName(startedBy)}:{' '}
      {counted(checked, 'entry is', 'entries are')} as sealed
      {verification.erasures.length > 0 &&
        `; values of ${counted(
          verification.erasures.reduce((sum, { entries }) => sum + entries, 0),
          'entry',
          'entries',
        )} were erased by order`}
      .
    </p>
  );
}

function Problems({ verification: { problems, problemCount, endedAt } }: { verification: Verification }) {
  const shown = problems.slice(0, shownProblems);
  return (
    <Notice tone="bad" title="The log is not what was sealed">
      <ul className={classes.problems}>
        {shown.map(({ message }) => (
          <li key={message}>{message}</li>
        ))}
      </ul>
      <p>
        {problemCount > shown.length && `${counted(problemCount - shown.length, 'more', 'more')}. `}
        Found {endedAt && <RelativeTime at={endedAt} />}. Export the log, keep it, and compare it with the checkpoints
        that were copied outside: somebody with access to the database changed it.
      </p>
    </Notice>
  );
}
