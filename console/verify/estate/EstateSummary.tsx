import type { ReactNode } from 'react';
import { paths } from '#console/paths.ts';
import { useCan } from '#console/session.ts';
import { TextLink } from '#console/shell/TextLink.tsx';
import { BarRows } from '#console/ui/charts/BarRows.tsx';
import { lookAt, otherLook } from '#console/ui/charts/series-looks.ts';
import { countOf, formatCount } from '#console/ui/figures.ts';
import { StatusBadge } from '#console/ui/StatusBadge.tsx';
import classes from './Estate.module.css';
import { byVersion, type EstateFigures, nameOfPolicy, unknownVersion } from './estate-rows.ts';

/** Who will be hit or is refused, then what runs. */
export function EstateSummary({ figures }: { figures: EstateFigures }) {
  return (
    <>
      <Minimum figures={figures} />
      <div className={classes.breakdowns}>
        <Breakdown title="Versions" label="Members by client version">
          {byVersion(figures.versions).map(({ version, members, isBelowMinimum, isTested }) => ({
            id: version ?? unknownVersion,
            label: version ?? 'version not told',
            value: members,
            look: isBelowMinimum ? otherLook : lookAt(0),
            name: (
              <TextLink to={paths.estate} search={{ version: version ?? unknownVersion }} inherit>
                {version ?? 'version not told'}
              </TextLink>
            ),
            note: isBelowMinimum ? (
              <StatusBadge tone="warn">below minimum</StatusBadge>
            ) : isTested ? undefined : (
              'Reeve was not tested with it'
            ),
          }))}
        </Breakdown>
        <Breakdown title="Surfaces" label="Members by surface">
          {figures.surfaces.map(({ surface, members }) => ({
            id: surface,
            label: surface,
            value: members,
            look: lookAt(0),
            name: (
              <TextLink to={paths.estate} search={{ surface }} inherit>
                {surface}
              </TextLink>
            ),
          }))}
        </Breakdown>
        <Breakdown title="Policy versions" label="Members by policy version">
          {figures.policies.map(({ policyName, revision, members, isCurrent }, place) => {
            const isKnown = policyName !== null || isCurrent;
            return {
              id: `${policyName} ${revision} ${isCurrent} ${place}`,
              label: nameOfPolicy({ policyName, policyRevision: revision }, isKnown),
              value: members,
              look: isCurrent ? lookAt(0) : otherLook,
              note: isKnown && !isCurrent ? <StatusBadge tone="warn">not what applies now</StatusBadge> : undefined,
            };
          })}
        </Breakdown>
      </div>
    </>
  );
}

interface BreakdownProps {
  title: string;
  label: string;
  children: Parameters<typeof BarRows>[0]['rows'];
}

const Breakdown = ({ title, label, children }: BreakdownProps) => (
  <section className={classes.breakdown}>
    <h2>
      {title}
      <span className={classes.unit}>, members</span>
    </h2>
    <BarRows label={label} rows={children} format={formatCount} />
  </section>
);

const dayInWords = new Intl.DateTimeFormat('en-GB', { dateStyle: 'long' });

function sayMinimum({ version, from, isInForce }: EstateFigures['minimum']): string {
  if (version === null) return 'Every version may call the gateway.';
  if (isInForce) return 'Older clients are refused at the gateway.';
  return `Older clients are refused from ${from === null ? 'now' : dayInWords.format(new Date(from))} on.`;
}

function Minimum({ figures: { members, minimum } }: { figures: EstateFigures }) {
  const mayWrite = useCan('settings.write');
  const { version, membersBelow, refusalsLast24Hours } = minimum;
  const entries: { term: string; value: string; why: ReactNode }[] = [
    { term: 'Seen with a client', value: formatCount(members), why: 'active members, in the last 30 days' },
    {
      term: 'Oldest version that may call',
      value: version ?? 'any',
      why: (
        <>
          {sayMinimum(minimum)}{' '}
          {mayWrite && (
            <TextLink to={paths.settings} inherit>
              {version === null ? 'Set a minimum' : 'Change the minimum'}
            </TextLink>
          )}
        </>
      ),
    },
    {
      term: 'Below it',
      value: version === null ? '–' : formatCount(membersBelow),
      why:
        version === null ? (
          'There is no minimum.'
        ) : (
          <>
            {countOf(refusalsLast24Hours, 'call was', 'calls were')} refused for it in the last 24 hours.{' '}
            {membersBelow > 0 && (
              <TextLink to={paths.estate} search={{ only: 'below-minimum' }} inherit>
                See who
              </TextLink>
            )}
          </>
        ),
    },
  ];
  return (
    <dl className={classes.figures}>
      {entries.map(({ term, value, why }) => (
        <div key={term} className={classes.figure}>
          <dt>{term}</dt>
          <dd className={classes.value}>{value}</dd>
          <dd className={classes.why}>{why}</dd>
        </div>
      ))}
    </dl>
  );
}
