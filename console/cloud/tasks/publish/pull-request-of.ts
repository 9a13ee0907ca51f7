import type { PullRequest, Task } from '#contract/tasks.ts';

/** The one that an attempt would bring up to date: the newest that is still open. */
export const pullRequestOf = ({ pullRequests }: Pick<Task, 'pullRequests'>): PullRequest | null =>
  pullRequests.filter(({ state }) => state === 'open').toSorted((a, b) => b.createdAt.localeCompare(a.createdAt))[0] ??
  null;
