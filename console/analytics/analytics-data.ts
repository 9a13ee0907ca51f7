import type { z } from 'zod';
import type { ChartPoint, ChartSeries } from '#console/ui/charts/chart-data.ts';
import { lookAt, looksOf, otherLook, type SeriesLook, seriesLooks } from '#console/ui/charts/series-looks.ts';
import { formatCompact, formatCompactUsd, formatCount, formatCredits, formatUsdSum } from '#console/ui/figures.ts';
import type { analytics } from '#contract/analytics.ts';
import type { Breakdown, Figures } from '#contract/analytics-figures.ts';
import { isCodexSurface, surfaceName } from '#contract/surface-names.ts';

type OutputOf<Name extends keyof typeof analytics> = z.infer<
  NonNullable<(typeof analytics)[Name]['~orpc']['outputSchema']>
>;
export type Summary = OutputOf<'summary'>;
export type GroupUse = OutputOf<'groups'>;
export type ToolSummary = OutputOf<'tools'>;
export type Status = OutputOf<'status'>;

export const measures = {
  costUsd: {
    label: 'Cost',
    unit: 'US dollars',
    format: formatUsdSum,
    formatAxis: formatCompactUsd,
    formatSum: formatUsdSum,
  },
  credits: {
    label: 'Credits',
    unit: 'credits',
    format: formatCredits,
    formatAxis: formatCompact,
    formatSum: formatCredits,
  },
  totalTokens: {
    label: 'Tokens',
    unit: 'tokens',
    format: formatCount,
    formatAxis: formatCompact,
    formatSum: formatCompact,
  },
} as const;
export type Measure = keyof typeof measures;
export const isMeasure = (name: string): name is Measure => Object.hasOwn(measures, name);

/** Those that most organisations have look the same in every workspace. */
const surfaceLooks: Record<string, SeriesLook> = {
  CODEX_CLI: lookAt(0),
  CODEX_IDE_VSCODE: lookAt(1),
  CODEX_DESKTOP_APP: lookAt(2),
  CODEX_SERVICE_EXEC: lookAt(3),
  CODEX_SDK_TS: lookAt(4),
  CODEX_GITHUB_ACTION: lookAt(5),
  CODEX_WEB: lookAt(6),
  CODEX_UNKNOWN_DEFAULT: otherLook,
};

/** @param known every surface there is to tell apart */
export function surfaceLook(known: readonly string[]): (surface: string) => SeriesLook {
  const isFixed = (surface: string) => Object.hasOwn(surfaceLooks, surface);
  const looks = looksOf(
    known.filter((surface) => !isFixed(surface)),
    Object.values(surfaceLooks),
  );
  return (surface) => surfaceLooks[surface] ?? looks.get(surface) ?? otherLook;
}

/** @param known every name there is to tell apart, whether it is shown or not */
export function lookedUp(known: readonly string[]): (name: string) => SeriesLook {
  const looks = looksOf(known.filter((name) => name !== '' && name !== 'other'));
  return (name) => looks.get(name) ?? otherLook;
}

/** The same in every chart of groups; the ones with the least use share a quiet look. */
export const groupLook = ([, ...groups]: GroupUse['groups']): ((key: string) => SeriesLook) =>
  lookedUp(groups.slice(0, seriesLooks.length).map(({ key }) => key));

type Pick = (figures: Figures) => number;

/** With the names of surfaces in place of the vendor's. */
export const namedSurfaces = (parts: readonly Breakdown[]): Breakdown[] =>
  parts.map((part) => (isCodexSurface(part.key) ? { ...part, label: surfaceName(part.key) } : part));

export const seriesOf = (parts: readonly Breakdown[], look: (key: string) => SeriesLook): ChartSeries[] =>
  parts.map(({ key, label }) => ({ id: key, label, look: look(key) }));

export const pointsOf = (buckets: readonly string[], parts: readonly Breakdown[], pick: Pick): ChartPoint[] =>
  buckets.map((day, at) => ({
    day,
    values: Object.fromEntries(
      parts.map(({ key, series }) => {
        const figures = series[at];
        return [key, figures === undefined ? null : pick(figures)];
      }),
    ),
  }));

export const most = <Part>(parts: readonly Part[], by: (part: Part) => number, count: number): Part[] =>
  parts
    .filter((part) => by(part) > 0)
    .sort((one, other) => by(other) - by(one))
    .slice(0, count);
