import { countOf } from '#console/ui/figures.ts';
import { RelativeTime } from '#console/ui/RelativeTime.tsx';
import { StatusBadge } from '#console/ui/StatusBadge.tsx';
import type { GitConnection, GitInstallation } from '#contract/git-servers.ts';
import { ExternalLink } from '../ExternalLink.tsx';
import classes from '../Git.module.css';
import { installationStates } from '../git-words.ts';

const consequences: Record<GitInstallation['state'], string | null> = {
  active: null,
  suspended: 'Suspended on GitHub: tasks in its repositories fail until an owner there lifts it.',
  removed: 'Removed on GitHub: its repositories are out of reach. Installing the app again brings them back.',
};

/** Where the app is installed, and what it reaches there. */
export function Installations({ connection }: { connection: GitConnection }) {
  const { installations, name, installUrl } = connection;
  if (installations.length === 0) return null;
  return (
    <>
      <ul className={classes.installations} aria-label={`Installations of ${name}`}>
        {installations.map((installation) => (
          <InstallationLine key={installation.id} installation={installation} />
        ))}
      </ul>
      {installUrl && (
        <>
          <p className={classes.hook}>
            <ExternalLink href={installUrl}>Install in another organisation</ExternalLink>
          </p>
          <p className={classes.hook}>
            GitHub offers only the organisation that owns the app until its owner makes it public there (Advanced). Or
            connect GitHub again, for the other one.
          </p>
        </>
      )}
    </>
  );
}

function InstallationLine({ installation }: { installation: GitInstallation }) {
  const { account, state, selection, repositories, missingPermissions, manageUrl, checkedAt } = installation;
  const { tone, word } = installationStates[state];
  return (
    <li className={classes.installation}>
      <span className={classes.account}>
        {account} <StatusBadge tone={tone}>{word}</StatusBadge>
      </span>
      {state !== 'removed' && (
        <>
          {state === 'active' && (
            <span>
              {countOf(repositories, 'repository', 'repositories')}, {selection === 'all' ? 'all of them' : 'selected'}
            </span>
          )}
          <ExternalLink href={manageUrl}>Change on GitHub</ExternalLink>
        </>
      )}
      {checkedAt && (
        <span>
          checked <RelativeTime at={checkedAt} />
        </span>
      )}
      {consequences[state] && <p className={classes.whole}>{consequences[state]}</p>}
      {missingPermissions.length > 0 && (
        <p className={classes.whole}>
          Not given: <span className={classes.code}>{missingPermissions.join(', ')}</span>. What needs it is refused
          until an owner accepts the app’s new permissions on GitHub.
        </p>
      )}
    </li>
  );
}
