import { Anchor, VisuallyHidden } from '@mantine/core';
import { ExternalLink, GitMerge, GitPullRequest, GitPullRequestClosed } from 'lucide-react';
import type { PullRequest } from '#contract/tasks.ts';
import classes from './Tasks.module.css';

const icons = { open: GitPullRequest, closed: GitPullRequestClosed, merged: GitMerge };
export const pullRequestStates = { open: 'open', closed: 'closed', merged: 'merged' } as const;

/** "#12" of a pull request, the branch where the git server has none. */
export const pullRequestName = ({ number, branch }: PullRequest): string => (number === null ? branch : `#${number}`);

/** Leads to the git server. */
export function PullRequestBadge({ pullRequest, isShort = false }: { pullRequest: PullRequest; isShort?: boolean }) {
  const Icon = icons[pullRequest.state];
  return (
    <Anchor
      href={pullRequest.url}
      target="_blank"
      rel="noreferrer"
      underline="hover"
      inherit
      className={classes.pullRequest ?? ''}
    >
      <Icon size={14} aria-hidden />
      <span className={classes.pullRequestName}>{pullRequestName(pullRequest)}</span>
      {isShort ? (
        <VisuallyHidden>{pullRequestStates[pullRequest.state]} on the git server</VisuallyHidden>
      ) : (
        <>
          {pullRequest.number !== null && pullRequestStates[pullRequest.state]}
          <ExternalLink size={12} role="img" aria-label="on the git server" />
        </>
      )}
    </Anchor>
  );
}
