import { Anchor, Popover } from '@mantine/core';
import type { ReactNode } from 'react';
import { countOf, formatCount } from '#console/ui/figures.ts';
import { Notice } from '#console/ui/Notice.tsx';
import { useNow } from '#console/ui/use-now.ts';
import type { Completeness, Freshness } from '#contract/analytics-figures.ts';
import classes from './Analytics.module.css';
import type { Status } from './analytics-data.ts';

const clock = new Intl.DateTimeFormat('en-GB', { timeStyle: 'medium' });
const dated = new Intl.DateTimeFormat('en-GB', { dateStyle: 'medium', timeStyle: 'medium' });

function sayAgo(seconds: number): string {
  if (seconds < 60) return `${seconds} s ago`;
  if (seconds < 3600) return `${Math.floor(seconds / 60)} min ago`;
  return `${Math.floor(seconds / 3600)} h ago`;
}

/** By the server's clock, and by how long its answer has been here. */
function CountedUntil({ freshness, askedAt }: { freshness: Freshness; askedAt: number }) {
  const now = useNow(1000);
  if (freshness.countedThrough === null) return 'Nothing is counted yet';
  const until = new Date(freshness.countedThrough);
  const ageMs = new Date(freshness.now).getTime() - until.getTime() + Math.max(0, now.getTime() - askedAt);
  const seconds = Math.max(0, Math.round(ageMs / 1000));
  return (
    <>
      Counted until <time dateTime={freshness.countedThrough}>{(seconds < 43_200 ? clock : dated).format(until)}</time>,{' '}
      {sayAgo(seconds)}
    </>
  );
}

function sayReporting({ activeMembers, reporting }: Completeness): string {
  const others = reporting.filter(({ source }) => source !== 'gateway').map(({ members }) => members);
  if (activeMembers === 0) return 'nobody was active in this time';
  return `${formatCount(Math.max(0, ...others))} of ${countOf(activeMembers, 'active member')} also report telemetry`;
}

interface TrustLineProps {
  status: Status;
  /** When this answer came, in milliseconds since 1970. */
  askedAt: number;
}

/** Whether these numbers can be trusted: how fresh and how complete they are. */
export function TrustLine({ status: { freshness, completeness, timeZone }, askedAt }: TrustLineProps) {
  const { waiting, recount } = freshness;
  const { unknownEvents, unpricedCalls, sentences } = completeness;
  const facts: [string, ReactNode][] = [
    ['until', <CountedUntil key="until" freshness={freshness} askedAt={askedAt} />],
    ['waiting', waiting > 0 && `${waiting >= 10_000 ? 'more than ' : ''}${countOf(waiting, 'report')} not counted yet`],
    ['reporting', sayReporting(completeness)],
    ['unknown', unknownEvents > 0 && `${countOf(unknownEvents, 'event')} of unknown kind`],
    ['unpriced', unpricedCalls > 0 && `${countOf(unpricedCalls, 'call')} without a price`],
    ['more', sentences.length > 0 && <Meaning key="more" sentences={sentences} />],
  ];
  return (
    <div className={classes.trust}>
      <p className={classes.trustLine}>
        {facts
          .filter(([, fact]) => fact !== false)
          .map(([key, fact]) => (
            <span key={key} className={classes.fact}>
              {fact}
            </span>
          ))}
      </p>
      {recount && (
        <Notice tone="info" title="Everything is being counted again">
          <p>
            {recount.timeZone === null
              ? 'Somebody asked for it. '
              : `The days of ${recount.timeZone} are being counted; until that is done, days are those of ${timeZone}. `}
            {formatCount(recount.daysDone)} of {countOf(recount.days, 'day')} are done.
          </p>
        </Notice>
      )}
    </div>
  );
}

function Meaning({ sentences }: { sentences: string[] }) {
  return (
    <Popover width={420} position="bottom-start" shadow="md" trapFocus returnFocus>
      <Popover.Target>
        <Anchor component="button" type="button" inherit>
          What these numbers mean
        </Anchor>
      </Popover.Target>
      <Popover.Dropdown aria-label="What these numbers mean" className={classes.meaning ?? ''}>
        <ul className={classes.sentences} tabIndex={-1}>
          {sentences.map((sentence) => (
            <li key={sentence}>{sentence}</li>
          ))}
        </ul>
      </Popover.Dropdown>
    </Popover>
  );
}
