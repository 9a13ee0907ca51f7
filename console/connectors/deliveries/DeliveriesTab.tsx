import { SegmentedControl, Select } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useNavigate, useSearch } from '@tanstack/react-router';
import { useMemo } from 'react';
import type { z } from 'zod';
import { api } from '#console/api.ts';
import { Loaded } from '#console/shell/Loaded.tsx';
import { DataTable } from '#console/ui/DataTable.tsx';
import { EmptyState } from '#console/ui/EmptyState.tsx';
import { Notice } from '#console/ui/Notice.tsx';
import { RowSkeletons } from '#console/ui/Skeletons.tsx';
import type { GitConnection, GitDelivery } from '#contract/git-servers.ts';
import classes from '../Git.module.css';
import { deliveryColumns } from './delivery-columns.tsx';
import { RetryFailed } from './RetryFailed.tsx';
import { useRetry } from './use-retry.ts';

type Delivery = z.infer<typeof GitDelivery>;

/** What GitHub told, and what became of it. */
export function DeliveriesTab() {
  const { connection } = useSearch({ from: '/shell/git' });
  const navigate = useNavigate({ from: '/git' });
  const connections = useQuery(api.git.connections.queryOptions());
  return (
    <Loaded query={connections} what="The connections could not be loaded" skeleton={<RowSkeletons rows={6} />}>
      {({ items }) => {
        const told = items.filter(({ webhook }) => webhook !== null);
        const shown = told.find(({ id }) => id === connection) ?? told[0];
        if (!shown)
          return (
            <EmptyState>
              GitHub tells here of pull requests and installations, once it is connected and can call this address of
              Reeve.
            </EmptyState>
          );
        return (
          <>
            {told.length > 1 && (
              <Select
                label="Connection"
                mb="lg"
                maw={360}
                allowDeselect={false}
                data={told.map(({ id, name }) => ({ value: id, label: name }))}
                value={shown.id}
                onChange={(id) =>
                  void navigate({ search: (old) => ({ ...old, connection: id ?? undefined }), replace: true })
                }
              />
            )}
            <Deliveries connection={shown} />
          </>
        );
      }}
    </Loaded>
  );
}

/** While something is about to be worked on, its state is looked at every second. */
const pauseMs = (items: readonly Delivery[] = []) =>
  items.some(({ state, tries }) => state === 'waiting' && tries === 0) ? 1_000 : 10_000;

/** The server lists no more at once. */
const listedAtMost = 200;

function Deliveries({ connection: { id, webhook } }: { connection: GitConnection }) {
  const { show = 'all' } = useSearch({ from: '/shell/git' });
  const navigate = useNavigate({ from: '/git' });
  const all = useQuery(
    api.git.deliveries.queryOptions({ input: { id }, refetchInterval: ({ state }) => pauseMs(state.data?.items) }),
  );
  const onlyFailed = useQuery(
    api.git.deliveries.queryOptions({
      input: { id, show: 'failed' },
      refetchInterval: pauseMs(all.data?.items),
      enabled: show === 'failed',
    }),
  );
  const retry = useRetry(id, all.data?.items);
  const { start } = retry;
  const columns = useMemo(() => deliveryColumns((delivery) => start([delivery.id])), [start]);
  const listed = all.data?.items ?? [];
  const failed =
    listed.length < listedAtMost ? listed.filter(({ canRetry }) => canRetry).length : (webhook?.failed ?? 0);
  return (
    <>
      <p className={`${classes.quiet} ${classes.apart}`}>
        Each is checked with a secret that only GitHub and Reeve have, worked on once, and tried again for hours when
        that fails. Whatever it says, GitHub is asked what holds now. Every five minutes Reeve fetches what did not get
        here. The last 200 are here; they are kept for 30 days.
      </p>
      {webhook?.problem && (
        <div className={classes.apart}>
          <Notice tone="warn" title="Deliveries do not get here">
            <p>{webhook.problem}</p>
          </Notice>
        </div>
      )}
      <RetryFailed failed={failed} retry={retry} />
      <Loaded
        query={show === 'failed' ? onlyFailed : all}
        what="The deliveries could not be loaded"
        skeleton={<RowSkeletons rows={6} />}
      >
        {({ items }) => (
          <>
            <DataTable
              label="Deliveries"
              columns={columns}
              rows={items}
              rowId={(row) => row.id}
              toolbar={
                <SegmentedControl
                  aria-label="Which deliveries"
                  size="xs"
                  value={show}
                  onChange={(value) =>
                    void navigate({
                      search: (old) => ({ ...old, show: value === 'failed' ? 'failed' : undefined }),
                      replace: true,
                    })
                  }
                  data={[
                    { value: 'all', label: 'All' },
                    { value: 'failed', label: 'Failed' },
                  ]}
                />
              }
            />
            {items.length === 0 &&
              (show === 'failed' ? (
                <EmptyState>Nothing failed: every delivery that came was worked on.</EmptyState>
              ) : (
                <EmptyState>
                  GitHub has told nothing yet. The first delivery comes when the app is installed; until then check that
                  GitHub reaches <code>{webhook?.url}</code>.
                </EmptyState>
              ))}
          </>
        )}
      </Loaded>
    </>
  );
}
