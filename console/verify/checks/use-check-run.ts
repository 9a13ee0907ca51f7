import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { api } from '#console/api.ts';
import { showDone } from '#console/shell/show-result.ts';

const watchEveryMs = 700;
const restEveryMs = 30_000;

/** The checks as they were found last, and a way to look again that tells how far it is. */
export function useCheckRun() {
  const client = useQueryClient();
  const [before, setBefore] = useState<ReadonlyMap<string, string>>(new Map());
  const run = useMutation(
    api.setup.runChecks.mutationOptions({
      onSuccess: (found) => {
        client.setQueryData(api.setup.checks.queryKey(), found);
        const open = found.items.filter(({ state }) => state === 'problem').length;
        showDone(`Looked at ${found.items.length}. ${open === 0 ? 'No problem.' : `Problems: ${open}.`}`);
      },
    }),
  );
  const checks = useQuery(
    api.setup.checks.queryOptions({ refetchInterval: run.isPending ? watchEveryMs : restEveryMs }),
  );
  const items = checks.data?.items ?? [];
  const done = items.filter(({ id, checkedAt }) => before.get(id) !== checkedAt).length;
  return {
    checks,
    run,
    /** Null: nothing runs. */
    progress: run.isPending ? { done, total: Math.max(items.length, before.size) } : null,
    start() {
      setBefore(new Map(items.map(({ id, checkedAt }) => [id, checkedAt])));
      run.mutate({});
    },
  };
}
