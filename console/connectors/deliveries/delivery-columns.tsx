import { Button, Group, Text } from '@mantine/core';
import type { z } from 'zod';
import type { DataColumn } from '#console/ui/data-table-column.ts';
import { RelativeTime } from '#console/ui/RelativeTime.tsx';
import { StatusBadge, type Tone } from '#console/ui/StatusBadge.tsx';
import type { GitDelivery } from '#contract/git-servers.ts';
import classes from '../Git.module.css';

type Delivery = z.infer<typeof GitDelivery>;

const states: Record<Delivery['state'], { tone: Tone; word: string }> = {
  waiting: { tone: 'info', word: 'Waiting' },
  done: { tone: 'ok', word: 'Done' },
  ignored: { tone: 'off', word: 'Not needed' },
  failed: { tone: 'bad', word: 'Failed' },
  refused: { tone: 'bad', word: 'Refused' },
};

function State({ delivery, onRetry }: { delivery: Delivery; onRetry: (delivery: Delivery) => void }) {
  const { state, isCaughtUp, canRetry } = delivery;
  return (
    <Group gap={8} wrap="nowrap">
      <StatusBadge tone={states[state].tone}>{states[state].word}</StatusBadge>
      {isCaughtUp && <StatusBadge tone="quiet">Fetched</StatusBadge>}
      {canRetry && (
        <Button
          size="compact-xs"
          variant="default"
          aria-label={`Try again: ${eventOf(delivery)}, ${delivery.guid}`}
          onClick={() => onRetry(delivery)}
        >
          Try again
        </Button>
      )}
    </Group>
  );
}

/** What kept it from working, and when it is tried next. */
const problemOf = ({ problem, dueAt, tries }: Delivery) =>
  dueAt && tries > 0 ? (
    <>
      {problem} Tried again <RelativeTime at={dueAt} />.
    </>
  ) : (
    problem
  );

const quiet = (text: string) => (
  <Text span c="dimmed" inherit>
    {text}
  </Text>
);

const eventOf = ({ event, action }: Delivery) => (action ? `${event}.${action}` : event);

export const deliveryColumns = (onRetry: (delivery: Delivery) => void): DataColumn<Delivery>[] => [
  { id: 'event', header: 'Event', phone: 'title', cell: (row) => <span className={classes.code}>{eventOf(row)}</span> },
  { id: 'state', header: 'State', phone: 'side', cell: (row) => <State delivery={row} onRetry={onRetry} /> },
  { id: 'repository', header: 'Repository', cell: ({ repository }) => repository ?? quiet('none') },
  {
    id: 'problem',
    header: 'Problem',
    phone: 'detail',
    cell: (row) => problemOf(row) ?? quiet('none'),
    phoneCell: (row) => (
      <>
        {row.repository && `${row.repository}, `}
        <RelativeTime at={row.receivedAt} />
        {row.problem && <>. {problemOf(row)}</>}
      </>
    ),
  },
  { id: 'receivedAt', header: 'Received', cell: ({ receivedAt }) => <RelativeTime at={receivedAt} /> },
  {
    id: 'guid',
    header: 'Id at GitHub',
    isExtra: true,
    cell: ({ guid, state }) => (state === 'refused' ? quiet('not believed') : <code>{guid}</code>),
  },
];
