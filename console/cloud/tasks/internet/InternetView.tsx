import { Button, SegmentedControl } from '@mantine/core';
import { useInfiniteQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { api } from '#console/api.ts';
import { FailureNotice } from '#console/shell/FailureNotice.tsx';
import { DataTable } from '#console/ui/DataTable.tsx';
import { EmptyState } from '#console/ui/EmptyState.tsx';
import { countOf } from '#console/ui/figures.ts';
import { RowSkeletons } from '#console/ui/Skeletons.tsx';
import { isEnded } from '#contract/task-states.ts';
import type { Task, TaskAttempt } from '#contract/tasks.ts';
import classes from '../Tasks.module.css';
import { egressColumns } from './egress-columns.tsx';
import { RefusedSummary } from './RefusedSummary.tsx';

/** What the container asked of the internet, and which rule let it out or kept it in. */
export function InternetView({ task, attempt }: { task: Task; attempt: TaskAttempt }) {
  const [only, setOnly] = useState<'all' | 'refused'>('all');
  const egress = useInfiniteQuery(
    api.tasks.egress.infiniteOptions({
      input: (cursor: string | undefined) => ({ attemptId: attempt.id, only, ...(cursor && { cursor }) }),
      initialPageParam: undefined as string | undefined,
      getNextPageParam: ({ nextCursor }) => nextCursor ?? undefined,
      refetchInterval: isEnded(attempt.state) ? false : 5_000,
    }),
  );
  if (egress.isPending) return <RowSkeletons rows={4} />;
  if (egress.data === undefined)
    return (
      <FailureNotice
        what="The requests could not be loaded"
        error={egress.error}
        onRetry={() => void egress.refetch()}
      />
    );
  const rows = egress.data.pages.flatMap(({ items }) => items);
  const { allowed, refused, leftOut } = egress.data.pages[0] ?? { allowed: 0, refused: 0, leftOut: 0 };
  if (allowed + refused + leftOut === 0)
    return (
      <EmptyState>
        {isEnded(attempt.state)
          ? 'Nothing in this container asked for anything on the network.'
          : 'Nothing in this container has asked for anything on the network yet.'}
      </EmptyState>
    );
  return (
    <>
      {refused > 0 && <RefusedSummary task={task} rows={rows} refused={refused} />}
      <DataTable
        label="Requests"
        columns={egressColumns}
        rows={rows}
        rowId={({ id }) => id}
        toolbar={
          <>
            <SegmentedControl
              size="xs"
              aria-label="Which requests"
              value={only}
              data={[
                { value: 'all', label: `All ${allowed + refused}` },
                { value: 'refused', label: `Refused ${refused}` },
              ]}
              onChange={(value) => setOnly(value === 'refused' ? 'refused' : 'all')}
            />
            <span className={classes.quiet}>
              {countOf(allowed, 'request')} let through
              {leftOut > 0 && `; ${leftOut} more were counted only, as there were too many to keep`}
            </span>
          </>
        }
      />
      {rows.length === 0 && <EmptyState>Nothing was refused.</EmptyState>}
      {egress.hasNextPage && (
        <Button
          mt={12}
          variant="default"
          loading={egress.isFetchingNextPage}
          onClick={() => void egress.fetchNextPage()}
        >
          Show more
        </Button>
      )}
    </>
  );
}
