import { Select } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useNavigate, useSearch } from '@tanstack/react-router';
import { api } from '#console/api.ts';
import { Loaded } from '#console/shell/Loaded.tsx';
import { DataTable } from '#console/ui/DataTable.tsx';
import { EmptyState } from '#console/ui/EmptyState.tsx';
import { Notice } from '#console/ui/Notice.tsx';
import { RowSkeletons } from '#console/ui/Skeletons.tsx';
import type { GitConnection } from '#contract/git-servers.ts';
import classes from '../Git.module.css';
import { deliveryColumns } from './delivery-columns.tsx';

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

function Deliveries({ connection: { id, webhook } }: { connection: GitConnection }) {
  const deliveries = useQuery(api.git.deliveries.queryOptions({ input: { id }, refetchInterval: 10_000 }));
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
      <Loaded query={deliveries} what="The deliveries could not be loaded" skeleton={<RowSkeletons rows={6} />}>
        {({ items }) => (
          <>
            <DataTable label="Deliveries" columns={deliveryColumns} rows={items} rowId={(row) => row.id} />
            {items.length === 0 && (
              <EmptyState>
                GitHub has told nothing yet. The first delivery comes when the app is installed; until then check that
                GitHub reaches <code>{webhook?.url}</code>.
              </EmptyState>
            )}
          </>
        )}
      </Loaded>
    </>
  );
}
