import { paths } from '#console/paths.ts';
import { TextLink } from '#console/shell/TextLink.tsx';
import { RelativeTime } from '#console/ui/RelativeTime.tsx';
import { StatusBadge } from '#console/ui/StatusBadge.tsx';
import type { Task } from '#contract/tasks.ts';
import { PullRequestBadge } from './PullRequestBadge.tsx';
import classes from './Tasks.module.css';
import { sourceNames, taskLook } from './task-words.ts';

/** What the task is about, in one line. */
export function TaskFacts({ task }: { task: Task }) {
  const { environmentId, environmentLabel, repository, branch, createdAt, source, mode } = task;
  const { tone, word } = taskLook(task);
  return (
    <p className={classes.facts}>
      <StatusBadge tone={tone}>{word}</StatusBadge>
      {task.isArchived && <StatusBadge tone="off">Archived</StatusBadge>}
      <span>
        {repository} <span className={classes.branch}>{branch}</span>
      </span>
      <span>
        {environmentId === null ? (
          `${environmentLabel} (deleted)`
        ) : (
          <TextLink to={paths.environment} params={{ id: environmentId }} inherit>
            {environmentLabel}
          </TextLink>
        )}
      </span>
      {mode === 'ask' && <span>a question</span>}
      <span>
        <RelativeTime at={createdAt} /> {sourceNames[source]}
      </span>
      {task.pullRequests.map((pullRequest) => (
        <PullRequestBadge key={pullRequest.id} pullRequest={pullRequest} />
      ))}
    </p>
  );
}
