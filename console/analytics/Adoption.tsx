import type { UseQueryResult } from '@tanstack/react-query';
import type { SeriesLook } from '#console/ui/charts/series-looks.ts';
import { TimeLines } from '#console/ui/charts/TimeLines.tsx';
import { timeTable } from '#console/ui/charts/time-data.ts';
import { formatShare } from '#console/ui/figures.ts';
import type { Panels } from '#contract/analytics-figures.ts';
import { type GroupUse, groupLook } from './analytics-data.ts';
import { useAnalyticsSearch } from './analytics-search.ts';
import { Panel } from './Panel.tsx';

const wholeLook: SeriesLook = { color: 'var(--text)', dashes: 'none', texture: 'plain' };
/** More lines than these nobody can follow. */
const shownGroups = 3;

interface AdoptionProps {
  groups: UseQueryResult<GroupUse>;
  panels: Panels | undefined;
}

const shareAt = ({ adoption }: GroupUse['groups'][number], at: number): number | null => {
  const { activeMembers, members } = adoption[at] ?? { activeMembers: 0, members: 0 };
  return members === 0 ? null : activeMembers / members;
};

/** Which part of a group works with Codex. */
export function Adoption({ groups, panels }: AdoptionProps) {
  const { search } = useAnalyticsSearch();
  return (
    <Panel
      name="adoption"
      title="Adoption by group"
      unit={`active members of all ${groups.data?.interval === 'week' ? 'a week' : 'a day'}`}
      query={groups}
      state={panels?.groups}
      unless={search.memberId !== undefined && 'One member is shown; adoption comes back without that filter.'}
      view={({ groups: all, buckets, interval }) => {
        const [whole, ...others] = all;
        const wanted = others.filter(({ key }) => search.groupId === undefined || key === search.groupId);
        const look = groupLook(all);
        const parts = [...(whole ? [whole] : []), ...wanted];
        const everybody = parts.map(({ key, label }) => ({
          id: key,
          label: key === '' ? 'Everybody' : label,
          look: key === '' ? wholeLook : look(key),
        }));
        const points = buckets.map((day, at) => ({
          day,
          values: Object.fromEntries(parts.map((part) => [part.key, shareAt(part, at)])),
        }));
        const isNone = (whole?.totals.activeMembers ?? 0) === 0;
        return {
          table: isNone
            ? { columns: [], rows: [] }
            : timeTable({ points, series: everybody, step: interval, format: formatShare }),
          chart: (
            <TimeLines
              label="Adoption by group"
              points={points}
              series={everybody.slice(0, shownGroups + 1)}
              step={interval}
              format={formatShare}
              formatAxis={formatShare}
              isShare
            />
          ),
        };
      }}
    />
  );
}
