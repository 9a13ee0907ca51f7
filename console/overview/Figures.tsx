import { paths } from '#console/paths.ts';
import { TextLink } from '#console/shell/TextLink.tsx';
import { countOf, formatCount, formatUsd } from '#console/ui/figures.ts';
import classes from './Overview.module.css';

interface FiguresProps {
  figures: {
    activeMembers: number;
    membersSeenLast7Days: number;
    callsLast24Hours: number;
    refusalsLast24Hours: number;
    costUsdLast24Hours: number | null;
  };
}

export function Figures({ figures }: FiguresProps) {
  const { activeMembers, membersSeenLast7Days, callsLast24Hours, refusalsLast24Hours, costUsdLast24Hours } = figures;
  const items = [
    {
      label: 'Members at work',
      link: { to: paths.analytics, search: { range: '7d' } },
      value: formatCount(membersSeenLast7Days),
      note: `of ${formatCount(activeMembers)} active, last 7 days`,
    },
    { label: 'Model calls', link: { to: paths.activity }, value: formatCount(callsLast24Hours), note: 'last 24 hours' },
    {
      label: 'Refused',
      link: { to: paths.activity, search: { outcome: 'refused' } },
      value: formatCount(refusalsLast24Hours),
      note: refusalsLast24Hours === 0 ? 'none in the last 24 hours' : 'last 24 hours',
    },
    {
      label: 'Cost',
      link: { to: paths.analytics },
      value: formatUsd(costUsdLast24Hours),
      note: costUsdLast24Hours === null ? 'unknown: no model has a price' : 'last 24 hours',
    },
  ] as const;
  return (
    <dl className={classes.figures} aria-label={`Figures of ${countOf(activeMembers, 'active member')}`}>
      {items.map(({ label, link, value, note }) => (
        <div key={label} className={classes.figure}>
          <dt className={classes.figureLabel}>
            <TextLink {...link} inherit underline="hover" c="inherit">
              {label}
            </TextLink>
          </dt>
          <dd className={classes.figureValue}>
            {value}
            <span className={classes.figureNote}>{note}</span>
          </dd>
        </div>
      ))}
    </dl>
  );
}
