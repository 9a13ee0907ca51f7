import { Text } from '@mantine/core';
import { paths } from '#console/paths.ts';
import { TextLink } from '#console/shell/TextLink.tsx';
import type { DataColumn } from '#console/ui/data-table-column.ts';
import { RelativeTime } from '#console/ui/RelativeTime.tsx';
import { StatusBadge } from '#console/ui/StatusBadge.tsx';
import type { EstateClient } from '#contract/estate.ts';
import { nameOfPolicy } from './estate-rows.ts';

function Marks({ row: { isBelowMinimum, isPolicyCurrent, reportsTelemetry } }: { row: EstateClient }) {
  return (
    <>
      {isBelowMinimum && <StatusBadge tone="warn">below minimum</StatusBadge>}{' '}
      {isPolicyCurrent === false && <StatusBadge tone="warn">old policy</StatusBadge>}{' '}
      {!reportsTelemetry && <StatusBadge tone="quiet">silent</StatusBadge>}
    </>
  );
}

export const estateColumns: DataColumn<EstateClient>[] = [
  {
    id: 'member',
    header: 'Member',
    phone: 'title',
    cell: ({ memberId, memberName, memberEmail }) => (
      <>
        <TextLink to={paths.member} params={{ id: memberId }} underline="hover" fw={600} inherit>
          {memberName}
        </TextLink>{' '}
        <Text span c="dimmed" inherit>
          {memberEmail}
        </Text>
      </>
    ),
  },
  { id: 'version', header: 'Version', phone: 'side', cell: ({ version }) => version ?? 'not told' },
  { id: 'surface', header: 'Surface', phone: 'detail', cell: ({ surface, client }) => `${surface} (${client})` },
  {
    id: 'policy',
    header: 'Fetched policy',
    phone: 'detail',
    cell: (row) => nameOfPolicy(row, row.isPolicyCurrent !== null),
  },
  { id: 'marks', header: 'Marks', phone: 'detail', cell: (row) => <Marks row={row} /> },
  {
    id: 'lastSeenAt',
    header: 'Last seen',
    phone: 'detail',
    cell: ({ lastSeenAt }) => <RelativeTime at={lastSeenAt} />,
  },
];
