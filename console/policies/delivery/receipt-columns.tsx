import { Text } from '@mantine/core';
import { paths } from '#console/paths.ts';
import { TextLink } from '#console/shell/TextLink.tsx';
import type { DataColumn } from '#console/ui/data-table-column.ts';
import { formatCount } from '#console/ui/figures.ts';
import { RelativeTime } from '#console/ui/RelativeTime.tsx';
import { StatusBadge } from '#console/ui/StatusBadge.tsx';
import type { Receipt } from '#contract/policy-delivery.ts';

const sayClient = ({ client, clientVersion }: Receipt) => `${client} ${clientVersion ?? '(version not told)'}`;

function Fetched({ receipt: { policy } }: { receipt: Receipt }) {
  if (!policy) return 'no policy';
  return (
    <>
      <TextLink to={paths.policy} params={{ id: policy.id }} underline="hover" inherit>
        {policy.name}
      </TextLink>
      , version {policy.revision}
    </>
  );
}

export const receiptColumns: DataColumn<Receipt>[] = [
  {
    id: 'member',
    header: 'Member',
    phone: 'title',
    cell: ({ memberName, memberEmail }) => (
      <>
        <TextLink to={paths.lookUp} search={{ tab: 'member', email: memberEmail }} underline="hover" fw={600} inherit>
          {memberName}
        </TextLink>{' '}
        <Text span c="dimmed" inherit>
          {memberEmail}
        </Text>
      </>
    ),
  },
  {
    id: 'state',
    header: 'State',
    phone: 'side',
    cell: ({ isCurrent }) =>
      isCurrent ? <StatusBadge tone="ok">Current</StatusBadge> : <StatusBadge tone="warn">Behind</StatusBadge>,
  },
  { id: 'policy', header: 'Fetched', phone: 'detail', cell: (receipt) => <Fetched receipt={receipt} /> },
  { id: 'client', header: 'Client', phone: 'detail', cell: sayClient },
  { id: 'lastAt', header: 'Last fetched', phone: 'detail', cell: ({ lastAt }) => <RelativeTime at={lastAt} /> },
  {
    id: 'cachedUntil',
    header: 'May be cached until',
    cell: ({ cachedUntil }) => <RelativeTime at={cachedUntil} />,
  },
  { id: 'fetches', header: 'Fetches', align: 'end', cell: ({ fetches }) => formatCount(fetches) },
  { id: 'firstAt', header: 'First fetched', isExtra: true, cell: ({ firstAt }) => <RelativeTime at={firstAt} /> },
  {
    id: 'form',
    header: 'Form',
    isExtra: true,
    cell: ({ form }) => (form === 'bundle' ? 'bundle' : 'one document (older client)'),
  },
];
