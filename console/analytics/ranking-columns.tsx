import { Text } from '@mantine/core';
import { paths } from '#console/paths.ts';
import { TextLink } from '#console/shell/TextLink.tsx';
import { sayDay } from '#console/ui/charts/chart-days.ts';
import type { DataColumn } from '#console/ui/data-table-column.ts';
import { countOf, formatCompact, formatCount, formatCredits, formatUsdSum } from '#console/ui/figures.ts';
import type { MemberUsage } from '#contract/analytics.ts';

const none = (
  <Text span c="dimmed" inherit>
    none
  </Text>
);

/** The ids are the server's names of what it sorts by. */
export const rankingColumns: DataColumn<MemberUsage>[] = [
  {
    id: 'name',
    header: 'Member',
    phone: 'title',
    cell: ({ memberId, name, rank }) => (
      <>
        <Text span c="dimmed" inherit mr={8}>
          {rank}
        </Text>
        {name === null ? (
          memberId === '' ? (
            'Not known'
          ) : (
            'A member who is gone'
          )
        ) : (
          <TextLink to={paths.member} params={{ id: memberId }} underline="hover" fw={600} inherit>
            {name}
          </TextLink>
        )}
      </>
    ),
  },
  { id: 'email', header: 'E-mail', isExtra: true, cell: ({ email }) => email ?? '' },
  {
    id: 'groups',
    header: 'Groups',
    cell: ({ groups }) => (groups.length === 0 ? none : groups.map(({ name }) => name).join(', ')),
  },
  {
    id: 'threads',
    header: 'Threads',
    align: 'end',
    isSortable: true,
    phone: 'detail',
    cell: ({ threads }) => formatCount(threads),
    phoneCell: ({ threads }) => countOf(threads, 'thread'),
  },
  { id: 'turns', header: 'Turns', align: 'end', isSortable: true, cell: ({ turns }) => formatCount(turns) },
  {
    id: 'totalTokens',
    header: 'Tokens',
    align: 'end',
    isSortable: true,
    phone: 'detail',
    cell: ({ totalTokens }) => <span title={formatCount(totalTokens)}>{formatCompact(totalTokens)}</span>,
    phoneCell: ({ totalTokens }) => `${formatCompact(totalTokens)} tokens`,
  },
  {
    id: 'credits',
    header: 'Credits',
    align: 'end',
    isSortable: true,
    cell: ({ credits }) => formatCredits(credits),
  },
  {
    id: 'costUsd',
    header: 'Cost',
    align: 'end',
    isSortable: true,
    phone: 'side',
    cell: ({ costUsd }) => formatUsdSum(costUsd),
  },
  {
    id: 'calls',
    header: 'Model calls',
    align: 'end',
    isSortable: true,
    isExtra: true,
    cell: ({ calls }) => formatCount(calls),
  },
  {
    id: 'activeDays',
    header: 'Active days',
    align: 'end',
    isSortable: true,
    phone: 'detail',
    cell: ({ activeDays }) => formatCount(activeDays),
    phoneCell: ({ activeDays }) => countOf(activeDays, 'active day'),
  },
  {
    id: 'streakDays',
    header: 'Days in a row',
    align: 'end',
    isSortable: true,
    isExtra: true,
    cell: ({ streakDays }) => formatCount(streakDays),
  },
  {
    id: 'lastActiveDay',
    header: 'Last active',
    align: 'end',
    cell: ({ lastActiveDay }) => (lastActiveDay === null ? '' : sayDay(lastActiveDay)),
  },
];
