import { Button, Text } from '@mantine/core';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useNavigate, useSearch } from '@tanstack/react-router';
import { useState } from 'react';
import { api } from '#console/api.ts';
import { paths } from '#console/paths.ts';
import { useCan } from '#console/session.ts';
import { Loaded } from '#console/shell/Loaded.tsx';
import { Page } from '#console/shell/Page.tsx';
import { DataTable } from '#console/ui/DataTable.tsx';
import { EmptyState } from '#console/ui/EmptyState.tsx';
import { Pager } from '#console/ui/Pager.tsx';
import { RowSkeletons } from '#console/ui/Skeletons.tsx';
import { ProtectionBanners } from '../protection/ProtectionBanners.tsx';
import { RollBack } from './RollBack.tsx';
import { releaseColumns } from './release-columns.tsx';

/** Every state that all policies and their order were in, and the way back to each. */
export function PolicyStatesPage() {
  const { cursor } = useSearch({ from: '/shell/policies/states' });
  const navigate = useNavigate({ from: '/policies/states' });
  const mayWrite = useCan('policies.write');
  const [target, setTarget] = useState<number | null>(null);
  const releases = useQuery(
    api.policies.releases.list.queryOptions({ input: { cursor }, placeholderData: keepPreviousData }),
  );
  const items = releases.data?.items ?? [];
  const previous = cursor ? undefined : items[1]?.number;
  return (
    <Page
      title="States"
      above={[{ label: 'Policies', to: paths.policies }]}
      description="What everybody got, and when: each publication and each change of the order made a new state of everything."
      action={
        mayWrite &&
        previous !== undefined && <Button onClick={() => setTarget(previous)}>Go back to the previous state</Button>
      }
    >
      <ProtectionBanners />
      <Loaded query={releases} what="The states could not be loaded" skeleton={<RowSkeletons />}>
        {({ items: rows, nextCursor }) => (
          <>
            {rows.length === 0 ? (
              <EmptyState>Nothing was published yet. The first publication makes the first state.</EmptyState>
            ) : (
              <DataTable
                label="States"
                columns={releaseColumns({
                  current: cursor ? undefined : rows[0]?.number,
                  onRollBack: mayWrite ? setTarget : undefined,
                })}
                rows={rows}
                rowId={({ number }) => String(number)}
              />
            )}
            <Pager
              label="Pages of states"
              shown={rows.length}
              isFirst={!cursor}
              hasNext={nextCursor !== null}
              onFirst={() => void navigate({ search: {} })}
              onNext={() => void navigate({ search: { cursor: nextCursor ?? undefined } })}
            />
            <Text size="sm" c="dimmed" mt="md">
              Going back makes a new state, so it can be undone the same way. It works while policies are frozen. Drafts
              and tests of drafts stay as they are.
            </Text>
          </>
        )}
      </Loaded>
      {target !== null && <RollBack key={target} number={target} onClose={() => setTarget(null)} />}
    </Page>
  );
}
