import { Text } from '@mantine/core';
import { paths } from '#console/paths.ts';
import { TextLink } from '#console/shell/TextLink.tsx';
import type { DataColumn } from '#console/ui/data-table-column.ts';
import { RelativeTime } from '#console/ui/RelativeTime.tsx';
import type { Member } from '#contract/directory.ts';
import { MemberStatusBadge } from './MemberStatusBadge.tsx';
import { sourceNames } from './member-words.ts';

export const memberColumns: DataColumn<Member>[] = [
  {
    id: 'name',
    header: 'Name',
    isSortable: true,
    phone: 'title',
    cell: ({ id, name }) => (
      <TextLink to={paths.member} params={{ id }} underline="hover" fw={600} inherit>
        {name}
      </TextLink>
    ),
  },
  { id: 'email', header: 'E-mail', isSortable: true, phone: 'detail', cell: ({ email }) => email },
  { id: 'status', header: 'Status', phone: 'side', cell: ({ status }) => <MemberStatusBadge status={status} /> },
  {
    id: 'roles',
    header: 'Own roles',
    phone: 'detail',
    cell: ({ roles }) =>
      roles.map(({ name }) => name).join(', ') || (
        <Text span c="dimmed" inherit>
          none
        </Text>
      ),
  },
  {
    id: 'groups',
    header: 'Groups',
    cell: ({ groups }) =>
      groups.length > 0 ? (
        groups.map(({ name }) => name).join(', ')
      ) : (
        <Text span c="dimmed" inherit>
          none
        </Text>
      ),
  },
  {
    id: 'source',
    header: 'Source',
    isExtra: true,
    cell: ({ source }) => sourceNames[source],
  },
  {
    id: 'lastActiveAt',
    header: 'Last active',
    isSortable: true,
    phone: 'detail',
    cell: ({ lastActiveAt }) =>
      lastActiveAt ? (
        <RelativeTime at={lastActiveAt} />
      ) : (
        <Text span c="dimmed" inherit>
          never
        </Text>
      ),
  },
  {
    id: 'createdAt',
    header: 'Added',
    isSortable: true,
    isExtra: true,
    cell: ({ createdAt }) => <RelativeTime at={createdAt} />,
  },
];
