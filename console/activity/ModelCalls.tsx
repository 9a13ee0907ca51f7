import { Button } from '@mantine/core';
import { useHover } from '@mantine/hooks';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useNavigate, useSearch } from '@tanstack/react-router';
import { useState } from 'react';
import type { z } from 'zod';
import { api } from '#console/api.ts';
import type { ActivitySearch } from '#console/page-search.ts';
import { Loaded } from '#console/shell/Loaded.tsx';
import { DataTable } from '#console/ui/DataTable.tsx';
import { EmptyState } from '#console/ui/EmptyState.tsx';
import { countOf } from '#console/ui/figures.ts';
import { Pager } from '#console/ui/Pager.tsx';
import { RowSkeletons } from '#console/ui/Skeletons.tsx';
import { useSteadyRows } from '#console/ui/use-steady-rows.ts';
import type { ModelCall } from '#contract/models.ts';
import { ActivityFilters } from './ActivityFilters.tsx';
import { CallDrawer } from './CallDrawer.tsx';
import { callColumns } from './call-columns.tsx';
import { LiveBar } from './LiveBar.tsx';

type Search = z.infer<typeof ActivitySearch>;
const noCalls: ModelCall[] = [];

/** Every model call and refusal, newest first. */
export function ModelCalls() {
  const search = useSearch({ from: '/shell/activity' });
  const navigate = useNavigate({ from: '/activity' });
  const [isPaused, setPaused] = useState(false);
  const { hovered, ref } = useHover<HTMLDivElement>();
  const { call, outcome, memberId, model, search: text, cursor } = search;
  const input = { outcome, memberId, model, search: text, cursor };
  const isFirstPage = !cursor;
  const calls = useQuery(
    api.activity.list.queryOptions({
      input,
      placeholderData: keepPreviousData,
      refetchInterval: isFirstPage && !isPaused ? 3000 : false,
    }),
  );
  const { rows, waiting, release } = useSteadyRows(calls.data?.items ?? noCalls, {
    scope: JSON.stringify(input),
    isHeld: isFirstPage && !calls.isPlaceholderData && (hovered || call !== undefined),
  });
  const filter = (part: Partial<Search>) =>
    void navigate({ search: (old) => ({ ...old, cursor: undefined, call: undefined, ...part }), replace: true });
  const open = (id: string | undefined) =>
    void navigate({ search: (old) => ({ ...old, call: id }), resetScroll: false });
  const isFiltered = Boolean(outcome || model || text || memberId);
  return (
    <>
      {isFirstPage && <LiveBar updatedAt={calls.dataUpdatedAt} isPaused={isPaused} onPausedChange={setPaused} />}
      <Loaded query={calls} what="The activity could not be loaded" skeleton={<RowSkeletons />}>
        {({ nextCursor }) => (
          <div ref={ref}>
            {waiting > 0 && (
              <Button variant="light" fullWidth mb={8} onClick={release}>
                Show {countOf(waiting, 'new call')}
              </Button>
            )}
            <DataTable
              label="Model calls"
              columns={callColumns}
              rows={rows}
              rowId={({ id }) => id}
              openId={call}
              onOpen={({ id }) => open(id)}
              toolbar={<ActivityFilters search={search} onFilter={filter} />}
            />
            {rows.length === 0 && waiting === 0 && (
              <EmptyState
                action={
                  isFiltered && (
                    <Button
                      variant="default"
                      onClick={() =>
                        filter({ outcome: undefined, model: undefined, search: undefined, memberId: undefined })
                      }
                    >
                      Show all calls
                    </Button>
                  )
                }
              >
                {isFiltered
                  ? 'No call matches these filters.'
                  : 'No model call yet. Calls appear here within seconds of a client working.'}
              </EmptyState>
            )}
            <Pager
              label="Pages of calls"
              shown={rows.length}
              isFirst={isFirstPage}
              hasNext={nextCursor !== null}
              onFirst={() => filter({})}
              onNext={() =>
                void navigate({ search: (old) => ({ ...old, call: undefined, cursor: nextCursor ?? undefined }) })
              }
            />
          </div>
        )}
      </Loaded>
      <CallDrawer id={call} onClose={() => open(undefined)} />
    </>
  );
}
