import { paths } from '#console/paths.ts';
import { TextLink } from '#console/shell/TextLink.tsx';
import { RelativeTime } from '#console/ui/RelativeTime.tsx';
import { StatusBadge } from '#console/ui/StatusBadge.tsx';
import { isEnded } from '#contract/task-states.ts';
import type { Task, TaskAttempt } from '#contract/tasks.ts';
import { PullRequestBadge } from './PullRequestBadge.tsx';
import classes from './Tasks.module.css';
import { sourceNames, taskLook } from './task-words.ts';

/** In a list the attempt that is furthest ahead stands for all; here those that still run count. */
function standingOf(task: Task): ReturnType<typeof taskLook> {
  const newest = task.turns.at(-1)?.attempts ?? [];
  const ended = newest.filter(({ state }) => isEnded(state)).length;
  if (ended === 0 || ended === newest.length) return taskLook(task);
  return { tone: 'info', word: `${ended} of ${newest.length} ended` };
}

interface TaskFactsProps {
  task: Task;
  attempt: TaskAttempt | undefined;
}

/** What the task is about, in one line; and in another why its changes cannot be published. */
export function TaskFacts({ task, attempt }: TaskFactsProps) {
  const { environmentId, environmentLabel, repository, branch, createdAt, source, mode } = task;
  const { tone, word } = standingOf(task);
  return (
    <div className={classes.about}>
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
      {task.mayNotPublishBecause !== null && attempt?.hasDiff && isEnded(attempt.state) && (
        <p className={classes.quiet}>
          No pull request can be opened now. {task.mayNotPublishBecause}{' '}
          <TextLink to={paths.git} inherit>
            Go to GitHub
          </TextLink>
        </p>
      )}
    </div>
  );
}
