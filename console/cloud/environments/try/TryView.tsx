import { useQueryClient } from '@tanstack/react-query';
import { type ReactNode, useEffect } from 'react';
import { api, type client } from '#console/api.ts';
import { AttemptLogView } from '#console/cloud/tasks/log/AttemptLogView.tsx';
import { useAttemptLog } from '#console/cloud/tasks/log/use-attempt-log.ts';
import { StatusBadge } from '#console/ui/StatusBadge.tsx';
import { isEnded } from '#contract/task-states.ts';
import type { Task, TaskAttempt } from '#contract/tasks.ts';
import classes from '../Environments.module.css';
import { tryLooks } from '../environment-words.ts';

type Found = Awaited<ReturnType<typeof client.environments.getTry>>;

interface TryViewProps {
  task: Task;
  found: Found;
  action: ReactNode;
}

/** The one attempt of a try, as it goes. */
export function TryView(props: TryViewProps) {
  const attempt = props.task.turns[0]?.attempts[0];
  return attempt ? <Attempt {...props} attempt={attempt} /> : null;
}

function Attempt({ task, attempt, found, action }: TryViewProps & { attempt: TaskAttempt }) {
  const log = useAttemptLog(task.id, attempt.id);
  const queries = useQueryClient();
  // The stream hears of each state first; what the environment says of its last try follows.
  useEffect(() => {
    if (attempt.state !== 'queued') void queries.invalidateQueries({ queryKey: api.environments.key() });
  }, [attempt.state, queries]);
  const { tone, word } = tryLooks[found.state];
  return (
    <>
      <div className={classes.outcome} role="status">
        <StatusBadge tone={tone}>{word}</StatusBadge>
        {found.sentence !== null && <span>{found.sentence}</span>}
        {action}
      </div>
      {(attempt.state !== 'queued' || isEnded(attempt.state)) && <AttemptLogView attempt={attempt} log={log} />}
    </>
  );
}
