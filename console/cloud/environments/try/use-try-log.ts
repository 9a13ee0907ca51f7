import { ORPCError } from '@orpc/client';
import { useQueryClient } from '@tanstack/react-query';
import { useEffect, useState } from 'react';
import { api, client } from '#console/api.ts';
import { followAttempt, waitFor } from '#console/cloud/tasks/log/follow-attempt.ts';
import type { AttemptLog } from '#console/cloud/tasks/log/use-attempt-log.ts';
import type { TaskAttempt } from '#contract/tasks.ts';

const nothing: AttemptLog = { entries: [], isComplete: false, trouble: null, isLost: false };
/** The server answered and would answer alike again. */
const isFinal = (error: unknown): boolean =>
  error instanceof ORPCError && error.status >= 400 && error.status < 500 && ![408, 429].includes(error.status);

/** The log of a try as it grows, and the attempt as its stream tells it: a try is in no list of tasks. */
export function useTryLog(attemptId: string): { log: AttemptLog; attempt: TaskAttempt | null } {
  const [log, setLog] = useState(nothing);
  const [attempt, setAttempt] = useState<TaskAttempt | null>(null);
  const queries = useQueryClient();
  useEffect(() => {
    const stop = new AbortController();
    void followAttempt({
      open: (after, signal) => client.tasks.watch({ attemptId, after }, { signal }),
      onEvent: (event) => {
        if (event.kind === 'log') setLog((old) => ({ ...old, entries: [...old.entries, ...event.entries] }));
        if (event.kind === 'end') setLog((old) => ({ ...old, isComplete: true }));
        if (event.kind !== 'state') return;
        setAttempt(event.attempt);
        // What the page says of the try follows its stream.
        void queries.invalidateQueries({ queryKey: api.environments.key() });
      },
      onTrouble: (trouble) =>
        setLog((old) => (old.trouble === trouble ? old : { ...old, trouble, isLost: isFinal(trouble) })),
      isFinal,
      wait: waitFor,
      signal: stop.signal,
    });
    return () => stop.abort();
  }, [attemptId, queries]);
  return { log, attempt };
}
