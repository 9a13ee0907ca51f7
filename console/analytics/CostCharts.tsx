import { SegmentedControl } from '@mantine/core';
import type { UseQueryResult } from '@tanstack/react-query';
import { paths } from '#console/paths.ts';
import { TextLink } from '#console/shell/TextLink.tsx';
import { BarRows } from '#console/ui/charts/BarRows.tsx';
import { TimeBars } from '#console/ui/charts/TimeBars.tsx';
import { timeTable } from '#console/ui/charts/time-data.ts';
import { countOf, formatCount, formatCredits, formatUsdSum } from '#console/ui/figures.ts';
import type { Breakdown, Panels } from '#contract/analytics-figures.ts';
import classes from './Analytics.module.css';
import {
  type GroupUse,
  groupLook,
  isMeasure,
  lookedUp,
  type Measure,
  measures,
  most,
  pointsOf,
  type Status,
  type Summary,
  seriesOf,
} from './analytics-data.ts';
import { useAnalyticsSearch } from './analytics-search.ts';
import { Panel } from './Panel.tsx';

interface CostChartsProps {
  measure: Measure;
  status: Status | undefined;
}

const nothing = { columns: [], rows: [] };

/** What the charts of this part are measured in. */
export function MeasureChoice({ measure }: Pick<CostChartsProps, 'measure'>) {
  const { adjust } = useAnalyticsSearch();
  return (
    <SegmentedControl
      aria-label="Measured in"
      value={measure}
      data={Object.entries(measures).map(([value, { label }]) => ({ value, label }))}
      onChange={(value) => isMeasure(value) && adjust({ measure: value })}
    />
  );
}

/** Where money is not known, the other measures still are. */
export const stateOf = (measure: Measure, panels: Panels | undefined) =>
  measure === 'costUsd' ? panels?.cost : panels?.usage;

export function ModelsOverTime({ measure, status, summary }: CostChartsProps & { summary: UseQueryResult<Summary> }) {
  const { label, unit, ...formats } = measures[measure];
  return (
    <Panel
      name="models"
      title={`${label} by model`}
      unit={`${unit} ${summary.data?.interval === 'week' ? 'a week' : 'a day'}`}
      query={summary}
      state={stateOf(measure, status?.panels)}
      view={({ byModel, buckets, interval }) => {
        const used = most(byModel, ({ totals }) => totals[measure], 11);
        const look = lookedUp(status?.filters.models ?? used.map(({ key }) => key));
        const shown = {
          points: pointsOf(buckets, used, (figures) => figures[measure]),
          series: seriesOf(used, look),
          step: interval,
        };
        return {
          table: used.length === 0 ? nothing : timeTable({ ...shown, format: formats.format }),
          chart: <TimeBars label={`${label} by model`} {...shown} {...formats} />,
        };
      }}
    />
  );
}

const figureColumns = [
  { header: 'Members', format: formatCount },
  { header: 'Threads', format: formatCount },
  { header: 'Turns', format: formatCount },
  { header: 'Tokens', format: formatCount },
  { header: 'Credits', format: formatCredits },
  { header: 'Cost in US dollars', format: formatUsdSum },
];
const figureCells = ({ totals }: Breakdown) => [
  totals.activeMembers,
  totals.threads,
  totals.turns,
  totals.totalTokens,
  totals.credits,
  totals.costUsd,
];

const shownGroups = 8;

export function ByGroup({ measure, status, groups }: CostChartsProps & { groups: UseQueryResult<GroupUse> }) {
  const { search } = useAnalyticsSearch();
  const { label, unit, formatSum } = measures[measure];
  return (
    <Panel
      name="groups"
      title={`${label} by group`}
      unit={unit}
      query={groups}
      state={status?.panels.groups}
      unless={search.memberId !== undefined && 'One member is shown; groups come back without that filter.'}
      view={(data) => {
        const [, ...all] = data.groups;
        const used = most(
          all.filter(({ key }) => search.groupId === undefined || key === search.groupId),
          ({ totals }) => totals[measure],
          50,
        );
        const look = groupLook(data.groups);
        const rows = used.slice(0, shownGroups).map(({ key, label: name, totals }) => ({
          id: key,
          label: name,
          look: look(key),
          value: totals[measure],
          name: (
            <TextLink to={paths.group} params={{ id: key }} inherit underline="hover">
              {name}
            </TextLink>
          ),
        }));
        return {
          table: {
            columns: [{ header: 'Group' }, ...figureColumns],
            rows: used.map((group) => [group.label, ...figureCells(group)]),
          },
          chart: (
            <>
              <BarRows label={`${label} by group`} rows={rows} format={formatSum} />
              <MoreInTable count={used.length - rows.length} what="group" />
            </>
          ),
        };
      }}
    />
  );
}

export const MoreInTable = ({ count, what }: { count: number; what: string }) =>
  count > 0 && <p className={classes.more}>{countOf(count, `more ${what}`)} in the table.</p>;
