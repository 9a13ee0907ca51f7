import { ORPCError } from '@orpc/client';
import { useQueryClient } from '@tanstack/react-query';
import { useEffect, useState } from 'react';
import { api, client } from '#console/api.ts';
import type { LogEntry } from '#contract/task-states.ts';
import type { Task, TaskAttempt } from '#contract/tasks.ts';
import { type AttemptEvent, followAttempt, waitFor } from './follow-attempt.ts';

export interface AttemptLog {
  entries: LogEntry[];
  /** Every entry there will ever be is here. */
  isComplete: boolean;
  /** Why it does not come, while it is tried again; or for good, with `isLost`. */
  trouble: unknown;
  isLost: boolean;
}

const nothing: AttemptLog = { entries: [], isComplete: false, trouble: null, isLost: false };
const isFinal = (error: unknown): boolean =>
  error instanceof ORPCError &&
  error.status >= 400 &&
  error.status < 500 &&
  error.status !== 408 &&
  error.status !== 429;

const withAttempt = (task: Task, changed: TaskAttempt): Task => ({
  ...task,
  turns: task.turns.map((turn) => ({
    ...turn,
    attempts: turn.attempts.map((attempt) => (attempt.id === changed.id ? changed : attempt)),
  })),
});

/** What the stream says beside the log goes where the page reads it from. */
function useTaskNews(taskId: string, attemptId: string) {
  const queries = useQueryClient();
  return (event: AttemptEvent) => {
    const input = { id: taskId };
    if (event.kind === 'state')
      queries.setQueryData<Task>(api.tasks.get.queryKey({ input }), (task) => task && withAttempt(task, event.attempt));
    // One that was put back has no changes any more.
    if (event.kind === 'state' && event.attempt.state === 'queued')
      void queries.invalidateQueries({ queryKey: api.tasks.diff.queryKey({ input: { id: taskId, attemptId } }) });
    if (event.kind === 'diff' || event.kind === 'end') {
      void queries.invalidateQueries({ queryKey: api.tasks.diff.queryKey({ input: { id: taskId, attemptId } }) });
      void queries.invalidateQueries({ queryKey: api.tasks.get.queryKey({ input }) });
    }
    if (event.kind === 'end') void queries.invalidateQueries({ queryKey: api.tasks.egress.key() });
  };
}

/** The log of an attempt as it grows, and news of its state on the way. Starts anew with another attempt. */
export function useAttemptLog(taskId: string, attemptId: string): AttemptLog {
  const [log, setLog] = useState(nothing);
  const tell = useTaskNews(taskId, attemptId);
  // biome-ignore lint/correctness/useExhaustiveDependencies: `tell` depends on nothing but these ids
  useEffect(() => {
    const stop = new AbortController();
    setLog(nothing);
    void followAttempt({
      open: (after, signal) => client.tasks.watch({ attemptId, after }, { signal }),
      onEvent: (event) => {
        if (event.kind === 'log') setLog((old) => ({ ...old, entries: [...old.entries, ...event.entries] }));
        if (event.kind === 'end') setLog((old) => ({ ...old, isComplete: true }));
        tell(event);
      },
      onTrouble: (trouble) =>
        setLog((old) => (old.trouble === trouble ? old : { ...old, trouble, isLost: isFinal(trouble) })),
      isFinal,
      wait: waitFor,
      signal: stop.signal,
    });
    return () => stop.abort();
  }, [taskId, attemptId]);
  return log;
}
