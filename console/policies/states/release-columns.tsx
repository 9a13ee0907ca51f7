import { Button } from '@mantine/core';
import type { DataColumn } from '#console/ui/data-table-column.ts';
import { RelativeTime } from '#console/ui/RelativeTime.tsx';
import { StatusBadge } from '#console/ui/StatusBadge.tsx';
import { shortName } from '#console/ui/short-name.ts';
import type { Release } from '#contract/policy-orders.ts';

const kinds: Record<Release['kind'], string> = {
  start: 'Start',
  publication: 'Publication',
  order: 'Order',
  deletion: 'Deletion',
  'roll-back': 'Roll back',
  folder: 'From the folder',
  'group-deletion': 'Group deleted',
};

interface Actions {
  /** The newest state; undefined on later pages, where it is not shown. */
  current: number | undefined;
  onRollBack: ((number: number) => void) | undefined;
}

export const releaseColumns = ({ current, onRollBack }: Actions): DataColumn<Release>[] => [
  { id: 'number', header: 'State', phone: 'title', cell: ({ number }) => <strong>{number}</strong> },
  { id: 'summary', header: 'What changed', phone: 'detail', cell: ({ summary }) => summary },
  { id: 'kind', header: 'Kind', cell: ({ kind }) => kinds[kind] },
  {
    id: 'at',
    header: 'When',
    phone: 'detail',
    cell: ({ at, by }) => (
      <>
        <RelativeTime at={at} /> by {shortName(by)}
      </>
    ),
  },
  {
    id: 'action',
    header: 'Go back',
    phone: 'side',
    align: 'end',
    cell: ({ number }) =>
      number === current ? (
        <StatusBadge tone="ok">Now</StatusBadge>
      ) : onRollBack ? (
        <Button
          variant="default"
          size="compact-sm"
          aria-label={`Go back to state ${number}`}
          onClick={() => onRollBack(number)}
        >
          Go back…
        </Button>
      ) : null,
  },
];
