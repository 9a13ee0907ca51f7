import { useQuery } from '@tanstack/react-query';
import { api } from '#console/api.ts';
import { lookAt } from '#console/ui/charts/series-looks.ts';
import { TimeBars } from '#console/ui/charts/TimeBars.tsx';
import { timeTable } from '#console/ui/charts/time-data.ts';
import { formatCompact, formatCount } from '#console/ui/figures.ts';
import type { DayRange } from '#console/ui/range/day-range.ts';
import { Panel } from './Panel.tsx';

const series = [
  { id: 'pullRequests', label: 'Pull requests', look: lookAt(0) },
  { id: 'comments', label: 'Comments', look: lookAt(1) },
];

export function CodeReviews({ period }: { period: DayRange }) {
  const reviews = useQuery(api.analytics.codeReviews.queryOptions({ input: period }));
  return (
    <Panel
      name="code-reviews"
      title="Code reviews"
      unit="a day"
      query={reviews}
      state={reviews.data?.panel}
      view={({ reviews: found }) => {
        const points = found.map(({ day, pullRequests, comments }) => ({ day, values: { pullRequests, comments } }));
        const shown = { points, series, step: 'day' } as const;
        return {
          table: found.length === 0 ? { columns: [], rows: [] } : timeTable({ ...shown, format: formatCount }),
          chart: (
            <TimeBars
              label="Code reviews"
              {...shown}
              format={formatCount}
              formatAxis={formatCompact}
              formatSum={formatCount}
            />
          ),
        };
      }}
    />
  );
}
