import { ExternalLink } from '#console/connectors/ExternalLink.tsx';
import { RelativeTime } from '#console/ui/RelativeTime.tsx';
import { StatusBadge, type Tone } from '#console/ui/StatusBadge.tsx';
import type { BundlePullRequest } from '#contract/team-config-pull-requests.ts';
import classes from '../TeamConfig.module.css';

const states: Record<BundlePullRequest['state'], { tone: Tone; word: string }> = {
  open: { tone: 'info', word: 'Open' },
  merged: { tone: 'ok', word: 'Merged' },
  closed: { tone: 'off', word: 'Closed' },
};

/** The last one of this bundle in a repository. */
export function KnownPullRequest({ pullRequest }: { pullRequest: BundlePullRequest }) {
  const { number, url, branch, state, version, openedBy, updatedAt } = pullRequest;
  return (
    <p className={classes.quiet}>
      <ExternalLink href={url} isInText>
        {number === null ? branch : `Pull request ${number}`}
      </ExternalLink>{' '}
      <StatusBadge tone={states[state].tone}>{states[state].word}</StatusBadge> version {version}, by {openedBy}{' '}
      <RelativeTime at={updatedAt} />
    </p>
  );
}
