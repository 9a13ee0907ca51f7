import { sayDays } from '#console/ui/charts/chart-days.ts';
import { formatCompact, formatCount, formatCredits, formatUsdSum } from '#console/ui/figures.ts';
import { countDays } from '#console/ui/range/day-range.ts';
import type { Figures, Panels } from '#contract/analytics-figures.ts';
import classes from './Analytics.module.css';
import type { Summary } from './analytics-data.ts';
import { sayChange } from './say-change.ts';

interface KeyFigure {
  label: string;
  of: (figures: Figures) => number;
  format: (value: number) => string;
  less?: 'fewer' | 'less';
  panel?: 'cost';
}

/** Tokens of a month have ten digits, and nobody reads the last seven. */
const formatMany = (count: number) => (count < 100_000 ? formatCount(count) : formatCompact(count));

const keyFigures: KeyFigure[] = [
  { label: 'Active members', of: ({ activeMembers }) => activeMembers, format: formatCount },
  { label: 'Threads', of: ({ threads }) => threads, format: formatMany },
  { label: 'Turns', of: ({ turns }) => turns, format: formatMany },
  { label: 'Tokens', of: ({ totalTokens }) => totalTokens, format: formatMany },
  { label: 'Credits', of: ({ credits }) => credits, format: formatCredits, less: 'less', panel: 'cost' },
  { label: 'Cost', of: ({ costUsd }) => costUsd, format: formatUsdSum, less: 'less', panel: 'cost' },
];

/** The answer in six numbers, each against the time before. */
export function KeyFigures({ summary, panels }: { summary: Summary; panels: Panels | undefined }) {
  const { totals, previous } = summary;
  const days = countDays(summary);
  return (
    <section aria-label="Key figures">
      <dl className={classes.figures}>
        {keyFigures.map(({ label, of, format, less = 'fewer', panel }) => {
          const state = panel && panels?.[panel];
          const isUnknown = state !== undefined && state.state !== 'shown' && of(totals) === 0;
          return (
            <div key={label} className={classes.figure}>
              <dt className={classes.figureLabel}>{label}</dt>
              <dd className={classes.figureValue}>
                {isUnknown ? '–' : format(of(totals))}
                <span className={classes.figureNote}>
                  {isUnknown ? state.sentence : sayChange({ now: of(totals), before: of(previous.totals), less })}
                </span>
              </dd>
            </div>
          );
        })}
      </dl>
      <p className={classes.compared}>
        {sayDays(summary.from, summary.to)}, compared with the {days === 1 ? 'day' : `${formatCount(days)} days`}{' '}
        before. Days begin at midnight in {summary.timeZone}.
      </p>
    </section>
  );
}
