import type { UseQueryResult } from '@tanstack/react-query';
import { lookAt } from '#console/ui/charts/series-looks.ts';
import { TimeLines } from '#console/ui/charts/TimeLines.tsx';
import { timeTable } from '#console/ui/charts/time-data.ts';
import { formatCompact, formatCount } from '#console/ui/figures.ts';
import type { Panels } from '#contract/analytics-figures.ts';
import { most, namedSurfaces, pointsOf, type Summary, seriesOf, surfaceLook } from './analytics-data.ts';
import { Panel } from './Panel.tsx';

interface UseChartsProps {
  summary: UseQueryResult<Summary>;
  panels: Panels | undefined;
}

const perStep = (interval: Summary['interval'] | undefined) => (interval === 'week' ? 'a week' : 'a day');
const counts = { format: formatCount, formatAxis: formatCompact };

export function MembersBySurface({ summary, panels }: UseChartsProps) {
  return (
    <Panel
      name="surfaces"
      title="Active members by surface"
      unit={`members ${perStep(summary.data?.interval)}`}
      query={summary}
      state={panels?.usage}
      view={({ bySurface, buckets, interval }) => {
        const ofSurface = ({ activeMembers }: Summary['totals']) => activeMembers;
        const used = most(namedSurfaces(bySurface), ({ totals }) => totals.activeMembers, 60);
        const shown = used.slice(0, 6);
        const look = surfaceLook(used.map(({ key }) => key));
        const all = { points: pointsOf(buckets, used, ofSurface), series: seriesOf(used, look), step: interval };
        const series = seriesOf(shown, look);
        return {
          table: used.length === 0 ? { columns: [], rows: [] } : timeTable({ ...all, format: formatCount }),
          chart: <TimeLines label="Active members by surface" {...all} series={series} {...counts} />,
        };
      }}
    />
  );
}

const kinds = [
  { id: 'threads', label: 'Threads', look: lookAt(0) },
  { id: 'turns', label: 'Turns', look: lookAt(1) },
];

export function ThreadsAndTurns({ summary, panels }: UseChartsProps) {
  return (
    <Panel
      name="threads"
      title="Threads and turns"
      unit={`${perStep(summary.data?.interval)}`}
      query={summary}
      state={panels?.usage}
      view={({ series, buckets, interval, totals }) => {
        const points = buckets.map((day, at) => ({
          day,
          values: { threads: series[at]?.threads ?? null, turns: series[at]?.turns ?? null },
        }));
        const shown = { points, series: kinds, step: interval };
        return {
          table: totals.turns + totals.threads === 0 ? { columns: [], rows: [] } : timeTable({ ...shown, ...counts }),
          chart: <TimeLines label="Threads and turns" {...shown} {...counts} />,
        };
      }}
    />
  );
}
