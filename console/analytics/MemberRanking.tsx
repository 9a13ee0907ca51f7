import { Button } from '@mantine/core';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { api } from '#console/api.ts';
import { paths } from '#console/paths.ts';
import { Loaded } from '#console/shell/Loaded.tsx';
import { DataTable } from '#console/ui/DataTable.tsx';
import { EmptyState } from '#console/ui/EmptyState.tsx';
import { NumberedPager } from '#console/ui/NumberedPager.tsx';
import type { DayRange } from '#console/ui/range/day-range.ts';
import { SearchBox } from '#console/ui/SearchBox.tsx';
import { Section } from '#console/ui/Section.tsx';
import { RowSkeletons } from '#console/ui/Skeletons.tsx';
import { Steady } from '#console/ui/Steady.tsx';
import { MemberSort } from '#contract/analytics.ts';
import type { PanelState } from '#contract/analytics-figures.ts';
import type { Measure } from './analytics-data.ts';
import { filtersOf, isFiltered, useAnalyticsSearch } from './analytics-search.ts';
import { rankingColumns } from './ranking-columns.tsx';

const rowsOnPage = 25;

interface MemberRankingProps {
  period: DayRange;
  measure: Measure;
  state: PanelState | undefined;
}

/** Who uses it most. */
export function MemberRanking({ period, measure, state }: MemberRankingProps) {
  const { search, choose, adjust } = useAnalyticsSearch();
  const navigate = useNavigate();
  const { memberId, ...filters } = filtersOf(search);
  const sort = search.sort ?? measure;
  const direction = search.direction ?? 'desc';
  const input = {
    ...period,
    ...filters,
    search: search.search,
    sort,
    direction,
    page: search.page ?? 1,
    limit: rowsOnPage,
  };
  const members = useQuery(api.analytics.members.queryOptions({ input, placeholderData: keepPreviousData }));
  const hasSearch = search.search !== undefined;
  return (
    <Section title="Members" description="By what they used in this time. Choose a column to sort by it.">
      <Loaded query={members} what="The members could not be loaded" skeleton={<RowSkeletons />}>
        {(data) => (
          <Steady value={data} scope={`${JSON.stringify(input)} ${members.isPlaceholderData}`}>
            {({ items, total, page, pages }) => (
              <>
                <DataTable
                  label="Members by use"
                  columns={rankingColumns}
                  rows={items}
                  rowId={(row) => row.memberId}
                  openId={memberId}
                  sort={{ by: sort, direction }}
                  onSort={(next) =>
                    choose({
                      sort: MemberSort.safeParse(next.by).data,
                      // The most comes first in a column that was not sorted by yet.
                      direction: next.by === sort && direction === 'desc' ? 'asc' : undefined,
                    })
                  }
                  onOpen={(row) =>
                    row.name !== null && void navigate({ to: paths.member, params: { id: row.memberId } })
                  }
                  toolbar={
                    <SearchBox
                      label="Search by name or e-mail"
                      value={search.search ?? ''}
                      onSearch={(text) => adjust({ search: text || undefined, page: undefined })}
                    />
                  }
                />
                {items.length === 0 && (
                  <EmptyState
                    action={
                      hasSearch && (
                        <Button variant="default" onClick={() => adjust({ search: undefined, page: undefined })}>
                          Show everybody
                        </Button>
                      )
                    }
                  >
                    {hasSearch || isFiltered(search)
                      ? 'Nobody who was active in this time matches.'
                      : state?.sentence || 'Nobody was active in this time.'}
                  </EmptyState>
                )}
                <NumberedPager
                  label="Pages of members"
                  part={{
                    from: (page - 1) * rowsOnPage + 1,
                    to: (page - 1) * rowsOnPage + items.length,
                    total,
                    page,
                    pages,
                  }}
                  onPage={(next) => choose({ page: next === 1 ? undefined : next })}
                />
              </>
            )}
          </Steady>
        )}
      </Loaded>
    </Section>
  );
}
