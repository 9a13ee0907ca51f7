import { Button, Group } from '@mantine/core';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { Download } from 'lucide-react';
import { useState } from 'react';
import { api } from '#console/api.ts';
import { Loaded } from '#console/shell/Loaded.tsx';
import { Page } from '#console/shell/Page.tsx';
import { LiveAge } from '#console/ui/LiveAge.tsx';
import { daysOf } from '#console/ui/range/day-range.ts';
import { Section } from '#console/ui/Section.tsx';
import { PageSkeleton } from '#console/ui/Skeletons.tsx';
import { Adoption } from './Adoption.tsx';
import classes from './Analytics.module.css';
import { AnalyticsFilters } from './AnalyticsFilters.tsx';
import type { Measure } from './analytics-data.ts';
import { filtersOf, useAnalyticsSearch } from './analytics-search.ts';
import { CodeReviews } from './CodeReviews.tsx';
import { ByGroup, MeasureChoice, ModelsOverTime } from './CostCharts.tsx';
import { ExportDialog } from './ExportDialog.tsx';
import { KeyFigures } from './KeyFigures.tsx';
import { MemberRanking } from './MemberRanking.tsx';
import { BlockedCommands, Decisions, Refusals, ToolCalls } from './ToolCharts.tsx';
import { TrustLine } from './TrustLine.tsx';
import { MembersBySurface, ThreadsAndTurns } from './UseCharts.tsx';
import { useLiveFigures } from './use-live-figures.ts';

const refreshMs = 4000;

/** How is Codex used, what does it cost, and can I trust these numbers? */
export function AnalyticsPage() {
  // Today is the workspace's, not the reader's.
  const calendar = useQuery(api.analytics.status.queryOptions({ input: {}, refetchInterval: 60_000 }));
  return calendar.data ? (
    <Analytics today={calendar.data.to} />
  ) : (
    <Page title="Analytics" isWide>
      <Loaded query={calendar} what="The figures could not be loaded">
        {() => null}
      </Loaded>
    </Page>
  );
}

function Analytics({ today }: { today: string }) {
  const { search } = useAnalyticsSearch();
  const [isPaused, setPaused] = useState(false);
  const [isExporting, setExporting] = useState(false);
  const period = daysOf(search, today);
  const status = useQuery(
    api.analytics.status.queryOptions({
      input: period,
      placeholderData: keepPreviousData,
      refetchInterval: isPaused ? false : refreshMs,
    }),
  );
  useLiveFigures(status.data, isPaused);
  const panels = status.data?.panels;
  const interval = search.interval ?? 'day';
  const filters = filtersOf(search);
  const kept = { placeholderData: keepPreviousData };
  const summary = useQuery(api.analytics.summary.queryOptions({ input: { ...period, ...filters, interval }, ...kept }));
  const tools = useQuery(api.analytics.tools.queryOptions({ input: { ...period, ...filters, interval }, ...kept }));
  const { surface, model } = filters;
  const groups = useQuery(
    api.analytics.groups.queryOptions({ input: { ...period, surface, model, interval }, ...kept }),
  );
  const measure: Measure = search.measure ?? (panels?.cost.state === 'shown' ? 'costUsd' : 'totalTokens');
  return (
    <Page
      title="Analytics"
      action={
        <Group gap={16}>
          <LiveAge updatedAt={status.dataUpdatedAt} isPaused={isPaused} onPausedChange={setPaused} isAgeHidden />
          <Button leftSection={<Download size={16} aria-hidden />} onClick={() => setExporting(true)}>
            Export
          </Button>
        </Group>
      }
    >
      {status.data && <TrustLine status={status.data} askedAt={status.dataUpdatedAt} />}
      <AnalyticsFilters today={today} choices={status.data?.filters} />
      <Loaded query={summary} what="The figures could not be loaded" skeleton={<PageSkeleton />}>
        {(figures) => <KeyFigures summary={figures} panels={panels} />}
      </Loaded>
      <Section title="Use">
        <div className={classes.charts}>
          <MembersBySurface summary={summary} panels={panels} />
          <ThreadsAndTurns summary={summary} panels={panels} />
        </div>
      </Section>
      <Section title="Cost" action={<MeasureChoice measure={measure} />}>
        <div className={classes.charts}>
          <ModelsOverTime measure={measure} status={status.data} summary={summary} />
          <ByGroup measure={measure} status={status.data} groups={groups} />
        </div>
      </Section>
      <Section title="Work">
        <div className={classes.charts}>
          <ToolCalls tools={tools} panels={panels} />
          <Decisions tools={tools} panels={panels} />
          <BlockedCommands tools={tools} panels={panels} />
          <Refusals tools={tools} panels={panels} />
        </div>
      </Section>
      <Section title="Adoption and reviews">
        <div className={classes.charts}>
          <Adoption groups={groups} panels={panels} />
          <CodeReviews period={period} />
        </div>
      </Section>
      <MemberRanking period={period} measure={measure} state={panels?.usage} />
      {isExporting && <ExportDialog today={today} onClose={() => setExporting(false)} />}
    </Page>
  );
}
