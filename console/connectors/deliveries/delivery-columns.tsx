import { Group, Text } from '@mantine/core';
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

function State({ delivery: { state, isCaughtUp } }: { delivery: Delivery }) {
  return (
    <Group gap={8}>
      <StatusBadge tone={states[state].tone}>{states[state].word}</StatusBadge>
      {isCaughtUp && <StatusBadge tone="quiet">Fetched</StatusBadge>}
    </Group>
  );
}

const quiet = (text: string) => (
  <Text span c="dimmed" inherit>
    {text}
  </Text>
);

const eventOf = ({ event, action }: Delivery) => (action ? `${event}.${action}` : event);

export const deliveryColumns: DataColumn<Delivery>[] = [
  { id: 'event', header: 'Event', phone: 'title', cell: (row) => <span className={classes.code}>{eventOf(row)}</span> },
  { id: 'state', header: 'State', phone: 'side', cell: (row) => <State delivery={row} /> },
  { id: 'repository', header: 'Repository', cell: ({ repository }) => repository ?? quiet('none') },
  {
    id: 'problem',
    header: 'Problem',
    phone: 'detail',
    cell: ({ problem }) => problem ?? quiet('none'),
    phoneCell: ({ problem, repository, receivedAt }) => (
      <>
        {repository && `${repository}, `}
        <RelativeTime at={receivedAt} />
        {problem && `. ${problem}`}
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
