import { Box } from '@mantine/core';
import type { UseQueryResult } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { Loaded } from '#console/shell/Loaded.tsx';
import { ChartFrame, ChartSkeleton } from '#console/ui/charts/ChartFrame.tsx';
import type { ChartTable } from '#console/ui/charts/chart-data.ts';
import type { PanelState } from '#contract/analytics-figures.ts';
import { isFiltered, isShownAsTable, useAnalyticsSearch, withTable } from './analytics-search.ts';

export interface PanelView {
  table: ChartTable;
  chart: ReactNode;
}

interface PanelProps<Data> {
  /** In the address and in the name of the CSV file. */
  name: string;
  title: string;
  unit: string;
  description?: ReactNode;
  query: UseQueryResult<Data>;
  /** What the server says about this panel. */
  state: PanelState | undefined;
  choice?: ReactNode;
  /** Why this panel makes no sense with what was chosen. */
  unless?: string | false | undefined;
  view: (data: Data) => PanelView;
}

const nothingHere = (filtered: boolean) =>
  filtered ? 'Nothing in this time matches the filters.' : 'Nothing was counted in this time.';

/** One question answered by one chart. */
export function Panel<Data>(props: PanelProps<Data>) {
  const { name, title, unit, description, query, state, choice, unless, view } = props;
  const { search, adjust } = useAnalyticsSearch();
  return (
    <Loaded query={query} what={`${title} could not be loaded`} skeleton={<ChartSkeleton />}>
      {(data) => {
        const { table, chart } = view(data);
        const because =
          unless ||
          (state !== undefined && state.state !== 'shown' && state.sentence) ||
          (table.rows.length === 0 && nothingHere(isFiltered(search)));
        return (
          <Box aria-busy={query.isPlaceholderData} opacity={query.isPlaceholderData ? 0.5 : 1}>
            <ChartFrame
              title={title}
              unit={unit}
              description={!because && description}
              table={table}
              fileName={`codex-${name}`}
              isTable={isShownAsTable(search, name)}
              onTable={(isTable) => adjust({ tables: withTable(search, name, isTable) })}
              emptyBecause={because}
              choice={!because && choice}
            >
              {chart}
            </ChartFrame>
          </Box>
        );
      }}
    </Loaded>
  );
}
