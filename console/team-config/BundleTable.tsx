import { Button } from '@mantine/core';
import { useNavigate, useSearch } from '@tanstack/react-router';
import { useMemo } from 'react';
import { paths } from '#console/paths.ts';
import { DataTable } from '#console/ui/DataTable.tsx';
import { EmptyState } from '#console/ui/EmptyState.tsx';
import { SearchBox } from '#console/ui/SearchBox.tsx';
import type { Bundle } from '#contract/team-config-bundles.ts';
import { bundleColumns } from './bundle-columns.tsx';
import { useLaggingUsages } from './usages/use-lagging-usages.ts';

/** All bundles are here at once; searching needs no server. */
export function BundleTable({ bundles }: { bundles: Bundle[] }) {
  const { search } = useSearch({ from: '/shell/team-config' });
  const navigate = useNavigate({ from: '/team-config' });
  const { byBundle } = useLaggingUsages();
  const columns = useMemo(() => bundleColumns(byBundle), [byBundle]);
  const wanted = (search ?? '').toLowerCase();
  const found = bundles.filter(({ name, slug, description }) =>
    [name, slug, description].some((text) => text.toLowerCase().includes(wanted)),
  );
  const show = (text: string) =>
    void navigate({ search: (old) => ({ ...old, search: text || undefined }), replace: true });
  return (
    <>
      <DataTable
        label="Bundles"
        columns={columns}
        rows={found}
        rowId={({ id }) => id}
        onOpen={({ id }) => void navigate({ to: paths.bundle, params: { id } })}
        toolbar={<SearchBox label="Search bundles" value={search ?? ''} onSearch={show} />}
      />
      {found.length === 0 && (
        <EmptyState
          action={
            <Button variant="default" onClick={() => show('')}>
              Show all bundles
            </Button>
          }
        >
          No bundle matches.
        </EmptyState>
      )}
    </>
  );
}
