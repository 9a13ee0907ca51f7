import { countOf } from '#console/ui/figures.ts';
import { Notice } from '#console/ui/Notice.tsx';
import classes from './Sso.module.css';

interface LockedOutProps {
  lockedOut: { id: string; name: string; email: string }[];
  lockedOutCount: number;
  endingSessions: number;
}

export function LockedOut({ lockedOut, lockedOutCount, endingSessions }: LockedOutProps) {
  const more = lockedOutCount - lockedOut.length;
  return (
    <>
      {lockedOutCount === 0 ? (
        <Notice tone="ok">
          <p>Nobody is locked out: the domain of every active member has an enabled connection.</p>
        </Notice>
      ) : (
        <Notice tone="warn" title={`${countOf(lockedOutCount, 'member')} could not sign in any more`}>
          <p>No enabled connection serves their e-mail domain:</p>
          <ul className={classes.people}>
            {lockedOut.map(({ id, name, email }) => (
              <li key={id}>
                {name} ({email})
              </li>
            ))}
            {more > 0 && <li>and {countOf(more, 'other')}</li>}
          </ul>
        </Notice>
      )}
      <Notice tone="info">
        <p>
          {endingSessions === 0
            ? 'No console session ends.'
            : `${countOf(endingSessions, 'console session ends', 'console sessions end')} at once; these people sign in again through their connection.`}
        </p>
      </Notice>
    </>
  );
}
