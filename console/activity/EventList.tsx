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
import type { ActivityItem } from '#contract/activity-list.ts';
import { EventDrawer } from './EventDrawer.tsx';
import { EventFilters } from './EventFilters.tsx';
import { eventColumns } from './event-columns.tsx';
import { LiveBar } from './LiveBar.tsx';

type Search = z.infer<typeof ActivitySearch>;
const noEvents: ActivityItem[] = [];

const unfiltered = {
  kind: undefined,
  source: undefined,
  surface: undefined,
  tool: undefined,
  decision: undefined,
  rule: undefined,
  threadId: undefined,
  memberId: undefined,
  search: undefined,
  from: undefined,
  to: undefined,
} satisfies Partial<Search>;

/** Why there is nothing: filters, a permission, or that nothing was reported yet. */
function whyEmpty(search: Search, isFiltered: boolean, notShown: readonly string[]): string {
  const { source, kind } = search;
  const hidden = notShown.length === 2 ? source === 'reeve' : notShown.some((each) => each === kind);
  if (hidden) return 'What Reeve did itself is only shown to those who may read the audit log and policies.';
  const isOnlyBySource = Object.keys(unfiltered).every((key) => key === 'source' || !search[key as keyof Search]);
  if (source === 'otel' && isOnlyBySource)
    return 'No client has sent OpenTelemetry. Policies pin it for clients from 0.128 on, once they loaded their policy again.';
  if (source === 'client-events' && isOnlyBySource)
    return 'No client has sent usage events. Members can switch them off, and old clients have none.';
  if (isFiltered) return 'No event matches these filters.';
  return 'Nothing has happened yet. Events appear here within seconds of a client working.';
}

/** Everything that happened, whoever reported it, newest first. */
export function EventList() {
  const search = useSearch({ from: '/shell/activity' });
  const navigate = useNavigate({ from: '/activity' });
  const [isPaused, setPaused] = useState(false);
  const { hovered, ref } = useHover<HTMLDivElement>();
  const { tab: _tab, item: event, call: _call, outcome: _outcome, model: _model, ...input } = search;
  const isFirstPage = !search.cursor;
  const events = useQuery(
    api.activity.events.queryOptions({
      input,
      placeholderData: keepPreviousData,
      refetchInterval: isFirstPage && !isPaused ? 3000 : false,
    }),
  );
  const { rows, waiting, release } = useSteadyRows(events.data?.items ?? noEvents, {
    scope: JSON.stringify(input),
    isHeld: isFirstPage && !events.isPlaceholderData && (hovered || event !== undefined),
  });
  const filter = (part: Partial<Search>) =>
    void navigate({
      search: (old) => ({ ...old, tab: 'events' as const, cursor: undefined, item: undefined, ...part }),
      replace: true,
    });
  const open = (id: string | undefined) =>
    void navigate({ search: (old) => ({ ...old, tab: 'events' as const, item: id }), resetScroll: false });
  const isFiltered = Object.keys(unfiltered).some((key) => Boolean(search[key as keyof typeof unfiltered]));
  return (
    <>
      {isFirstPage && <LiveBar updatedAt={events.dataUpdatedAt} isPaused={isPaused} onPausedChange={setPaused} />}
      <Loaded query={events} what="The events could not be loaded" skeleton={<RowSkeletons />}>
        {({ nextCursor, notShown }) => (
          <div ref={ref}>
            {waiting > 0 && (
              <Button variant="light" fullWidth mb={8} onClick={release}>
                Show {countOf(waiting, 'new event')}
              </Button>
            )}
            <DataTable
              label="Events"
              columns={eventColumns}
              rows={rows}
              rowId={({ id }) => id}
              openId={event}
              onOpen={({ id }) => open(id)}
              toolbar={<EventFilters search={search} onFilter={filter} />}
            />
            {rows.length === 0 && waiting === 0 && (
              <EmptyState
                action={
                  isFiltered && (
                    <Button variant="default" onClick={() => filter(unfiltered)}>
                      Show all events
                    </Button>
                  )
                }
              >
                {whyEmpty(search, isFiltered, notShown)}
              </EmptyState>
            )}
            <Pager
              label="Pages of events"
              shown={rows.length}
              isFirst={isFirstPage}
              hasNext={nextCursor !== null}
              onFirst={() => filter({})}
              onNext={() =>
                void navigate({ search: (old) => ({ ...old, item: undefined, cursor: nextCursor ?? undefined }) })
              }
            />
          </div>
        )}
      </Loaded>
      <EventDrawer
        id={event}
        listed={events.data?.items.find(({ id }) => id === event)}
        onClose={() => open(undefined)}
      />
    </>
  );
}
