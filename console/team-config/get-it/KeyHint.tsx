import { paths } from '#console/paths.ts';
import { useCan } from '#console/session.ts';
import { TextLink } from '#console/shell/TextLink.tsx';
import classes from '../TeamConfig.module.css';

/** What the commands need, and where it is had. */
export function KeyHint() {
  const mayMakeKeys = useCan('keys.write');
  return (
    <p className={classes.quiet}>
      <code>REEVE_API_KEY</code> is a key with the scope <code>team-config.read</code>, or an access token of your own
      for what your groups subscribe to.{' '}
      {mayMakeKeys && (
        <>
          <TextLink to={paths.keys} inherit>
            Make a key
          </TextLink>{' '}
          ·{' '}
        </>
      )}
      <TextLink to={paths.account} search={{ tab: 'tokens' }} inherit>
        Make an access token
      </TextLink>
    </p>
  );
}
