import { Button, Select } from '@mantine/core';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { api } from '#console/api.ts';
import { Loaded } from '#console/shell/Loaded.tsx';
import { DataTable } from '#console/ui/DataTable.tsx';
import { EmptyState } from '#console/ui/EmptyState.tsx';
import { Pager } from '#console/ui/Pager.tsx';
import { SearchBox } from '#console/ui/SearchBox.tsx';
import { RowSkeletons } from '#console/ui/Skeletons.tsx';
import type { BundleUsage } from '#contract/team-config-bundles.ts';
import { usageStates } from '../bundle-words.ts';
import { HowToReport } from './HowToReport.tsx';
import { usageColumns } from './usage-columns.tsx';

interface UsageFilter {
  search?: string | undefined;
  state?: BundleUsage['state'] | undefined;
  bundle?: string | undefined;
  cursor?: string | undefined;
}

interface UsageListProps {
  filter: UsageFilter;
  /** Puts it into the address. */
  onFilter: (next: UsageFilter) => void;
  /** Only of this bundle, which is then not named. */
  bundleId?: string;
  moreFilters?: ReactNode;
}

const columnsOfOne = usageColumns(false);
const columnsOfAll = usageColumns(true);

/** Which repositories have which version, as they told. */
export function UsageList({ filter, onFilter, bundleId, moreFilters }: UsageListProps) {
  const { search, state, bundle, cursor } = filter;
  const usages = useQuery(
    api.teamConfig.usages.queryOptions({
      input: { search, state, bundleId: bundleId ?? bundle, cursor, limit: 50 },
      placeholderData: keepPreviousData,
    }),
  );
  const narrow = (part: UsageFilter) => onFilter({ ...filter, cursor: undefined, ...part });
  const isFiltered = search !== undefined || state !== undefined || bundle !== undefined;
  return (
    <Loaded query={usages} what="The repositories could not be loaded" skeleton={<RowSkeletons rows={6} />}>
      {({ items, nextCursor }) =>
        items.length === 0 && !isFiltered && cursor === undefined ? (
          <HowToReport />
        ) : (
          <>
            <DataTable
              label="Repositories"
              columns={bundleId ? columnsOfOne : columnsOfAll}
              rows={items}
              rowId={({ id }) => id}
              toolbar={
                <>
                  <SearchBox
                    label="Search repositories"
                    value={search ?? ''}
                    onSearch={(text) => narrow({ search: text || undefined })}
                  />
                  {moreFilters}
                  <Select
                    aria-label="State"
                    placeholder="Every state"
                    clearable
                    clearButtonProps={{ 'aria-label': 'Clear: State' }}
                    w={160}
                    value={state ?? null}
                    onChange={(value) => narrow({ state: usageStates.find((one) => one.value === value)?.value })}
                    data={usageStates}
                  />
                </>
              }
            />
            {items.length === 0 && (
              <EmptyState
                action={
                  <Button variant="default" onClick={() => onFilter({})}>
                    Show all repositories
                  </Button>
                }
              >
                No repository matches.
              </EmptyState>
            )}
            <Pager
              label="Pages of repositories"
              shown={items.length}
              isFirst={cursor === undefined}
              hasNext={nextCursor !== null}
              onFirst={() => onFilter({ ...filter, cursor: undefined })}
              onNext={() => onFilter({ ...filter, cursor: nextCursor ?? undefined })}
            />
          </>
        )
      }
    </Loaded>
  );
}
