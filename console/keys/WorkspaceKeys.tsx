import { Box, SegmentedControl } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useNavigate, useSearch } from '@tanstack/react-router';
import { type ReactNode, useCallback, useMemo } from 'react';
import { api } from '#console/api.ts';
import { Loaded } from '#console/shell/Loaded.tsx';
import { DataTable } from '#console/ui/DataTable.tsx';
import { EmptyState } from '#console/ui/EmptyState.tsx';
import { countOf } from '#console/ui/figures.ts';
import { Notice } from '#console/ui/Notice.tsx';
import { RowSkeletons } from '#console/ui/Skeletons.tsx';
import { useNow } from '#console/ui/use-now.ts';
import type { WorkspaceKey } from '#contract/keys.ts';
import { KeyDrawer } from './KeyDrawer.tsx';
import { daysLeft } from './KeyState.tsx';
import { keyColumns } from './key-columns.tsx';

/** Ended keys are shown on request: who opens the page wants to know what works. */
export function WorkspaceKeys({ create }: { create: ReactNode }) {
  const { show = 'live', key: openId } = useSearch({ from: '/shell/keys' });
  const navigate = useNavigate({ from: '/keys' });
  const keys = useQuery(api.keys.list.queryOptions());
  const open = useCallback(
    (id: string | undefined) => void navigate({ search: (old) => ({ ...old, key: id }), resetScroll: false }),
    [navigate],
  );
  const columns = useMemo(() => keyColumns(open), [open]);
  return (
    <Loaded query={keys} what="The keys could not be loaded" skeleton={<RowSkeletons rows={3} />}>
      {({ items, maxDays }) => {
        const rows = items.filter(({ state }) => show === 'all' || state !== 'revoked');
        return items.length === 0 ? (
          <EmptyState action={create}>
            Keys for programs appear here: a SIEM that copies the audit log, a pipeline that publishes policies, the
            identity provider.
          </EmptyState>
        ) : (
          <>
            <EndingSoon keys={items} />
            <DataTable
              label="API keys"
              columns={columns}
              rows={rows}
              rowId={({ id }) => id}
              openId={openId}
              onOpen={({ id }) => open(id)}
              toolbar={
                <SegmentedControl
                  aria-label="Which keys"
                  value={show}
                  data={[
                    { value: 'live', label: 'In use' },
                    { value: 'all', label: 'Revoked too' },
                  ]}
                  onChange={(value) =>
                    void navigate({
                      search: (old) => ({ ...old, show: value === 'all' ? 'all' : undefined }),
                      replace: true,
                    })
                  }
                />
              }
            />
            {rows.length === 0 && <EmptyState>Every key was revoked. No program can call this workspace.</EmptyState>}
            <KeyDrawer
              workspaceKey={items.find(({ id }) => id === openId)}
              maxDays={maxDays}
              onClose={() => open(undefined)}
            />
          </>
        );
      }}
    </Loaded>
  );
}

/** Mail tells their makers too, where mail is set up. */
function EndingSoon({ keys }: { keys: WorkspaceKey[] }) {
  const now = useNow(60_000);
  const ending = keys.filter(({ state, expiresAt }) => state === 'active' && daysLeft(expiresAt, now) !== null);
  if (ending.length === 0) return null;
  return (
    <Box mb="md">
      <Notice
        tone="warn"
        title={`${countOf(ending.length, 'key')} ${ending.length === 1 ? 'ends' : 'end'} within 14 days: ${ending.map(({ name }) => name).join(', ')}`}
      >
        <p>
          Rotate it before, so that what uses it is not refused: the former secret goes on working for as long as you
          choose.
        </p>
      </Notice>
    </Box>
  );
}
