import { useMutation, useQuery } from '@tanstack/react-query';
import { useNavigate, useParams, useSearch } from '@tanstack/react-router';
import { useEffect } from 'react';
import { api } from '#console/api.ts';
import { paths } from '#console/paths.ts';
import { Loaded } from '#console/shell/Loaded.tsx';
import { Page } from '#console/shell/Page.tsx';
import { isEnded } from '#contract/task-states.ts';
import type { Task, TaskAttempt } from '#contract/tasks.ts';
import { AttemptTabs } from './AttemptTabs.tsx';
import { AttemptView } from './AttemptView.tsx';
import { FollowUp } from './FollowUp.tsx';
import { TaskActions } from './TaskActions.tsx';
import { TaskFacts } from './TaskFacts.tsx';
import classes from './Tasks.module.css';
import { FormerAttempts, Prompt } from './TurnView.tsx';

const moving = 4_000;
const still = 30_000;
const hasUnfinished = (task: Task) => task.turns.some(({ attempts }) => attempts.some(({ state }) => !isEnded(state)));

/** What is on show: the attempt of the address, else the first of the newest turn that has a result. */
function attemptOnShow(task: Task, wanted: string | undefined): TaskAttempt | undefined {
  const all = task.turns.flatMap(({ attempts }) => attempts);
  const newest = task.turns.at(-1)?.attempts ?? [];
  return all.find(({ id }) => id === wanted) ?? newest.find(({ state }) => state === 'completed') ?? newest[0];
}

/** One task: what was asked, how it goes, what came of it. `codex cloud` prints its address. */
export function TaskPage() {
  const { id } = useParams({ from: '/shell/codex/tasks/$id' });
  const search = useSearch({ from: '/shell/codex/tasks/$id' });
  const found = useQuery(
    api.tasks.get.queryOptions({
      input: { id },
      refetchInterval: ({ state }) => (state.data && hasUnfinished(state.data) ? moving : still),
    }),
  );
  const task = found.data;
  const attempt = task && attemptOnShow(task, search.attempt);
  useSeen(task);
  return (
    <Page
      isWide
      title={task?.title ?? 'Task'}
      above={[{ label: 'Tasks', to: paths.tasks }]}
      action={task && attempt && <TaskActions task={task} attempt={attempt} />}
    >
      <Loaded query={found} what="This task could not be loaded">
        {(loaded) => (
          <>
            <TaskFacts task={loaded} attempt={attempt} />
            <Turns task={loaded} attempt={attempt} />
          </>
        )}
      </Loaded>
    </Page>
  );
}

/** Whoever looks at a task has read what is there now. */
function useSeen(task: Task | undefined): void {
  const { mutate } = useMutation(api.tasks.markRead.mutationOptions());
  const id = task?.isUnread ? task.id : null;
  useEffect(() => {
    if (id !== null) mutate({ id });
  }, [id, mutate]);
}

function Turns({ task, attempt }: { task: Task; attempt: TaskAttempt | undefined }) {
  const search = useSearch({ from: '/shell/codex/tasks/$id' });
  const navigate = useNavigate({ from: paths.task });
  const go = (part: Partial<typeof search>) =>
    void navigate({ search: (old) => ({ ...old, ...part }), replace: true, resetScroll: false });
  return (
    <>
      {task.turns.map((turn) => (
        <section key={turn.number} className={classes.turn} aria-label={`Turn ${turn.number}`}>
          <Prompt turn={turn} isOnly={task.turns.length === 1} />
          {attempt?.turnNumber === turn.number ? (
            <>
              {turn.attempts.length > 1 && (
                <AttemptTabs
                  attempts={turn.attempts}
                  selected={attempt}
                  onSelect={({ id }) => go({ attempt: id, file: undefined })}
                />
              )}
              <AttemptView
                key={attempt.id}
                task={task}
                attempt={attempt}
                tab={search.view ?? null}
                file={search.file}
                onTab={(view) => go({ view, file: undefined })}
                onFile={(file) => go({ view: 'changes', file })}
              />
            </>
          ) : (
            <FormerAttempts turn={turn} onOpen={({ id }) => go({ attempt: id, view: undefined, file: undefined })} />
          )}
        </section>
      ))}
      {attempt && (
        <FollowUp
          task={task}
          attempt={attempt}
          onSent={() => go({ attempt: undefined, view: undefined, file: undefined })}
        />
      )}
    </>
  );
}
