import { Group, Text } from '@mantine/core';
import { paths } from '#console/paths.ts';
import { TextLink } from '#console/shell/TextLink.tsx';
import type { DataColumn } from '#console/ui/data-table-column.ts';
import { countOf, formatCount } from '#console/ui/figures.ts';
import { RelativeTime } from '#console/ui/RelativeTime.tsx';
import { StatusBadge } from '#console/ui/StatusBadge.tsx';
import { shortName } from '#console/ui/short-name.ts';
import type { PolicySummary } from '#contract/policies.ts';
import { sayPlaces } from './policy-list.ts';

const quiet = (text: string) => (
  <Text span c="dimmed" inherit>
    {text}
  </Text>
);

function place({ groups, isFallback, isBaseline }: PolicySummary): string | null {
  if (groups.length > 0) return sayPlaces(groups.map(({ position }) => position));
  return isFallback ? 'last' : isBaseline ? 'under all' : null;
}

function States({ policy: { revision, hasDraft, awaitsApproval, isBaseline, isFallback } }: { policy: PolicySummary }) {
  return (
    <>
      {awaitsApproval && <StatusBadge tone="warn">Awaits approval</StatusBadge>}
      {hasDraft && !awaitsApproval && <StatusBadge tone="info">{revision === 0 ? 'Draft only' : 'Draft'}</StatusBadge>}
      {isFallback && <StatusBadge tone="quiet">Fallback</StatusBadge>}
      {isBaseline && <StatusBadge tone="quiet">Baseline</StatusBadge>}
    </>
  );
}

function AppliesTo({ policy: { groups, isFallback, isBaseline } }: { policy: PolicySummary }) {
  const parts = [
    ...groups.slice(0, 3).map(({ name }) => name),
    ...(groups.length > 3 ? [`${groups.length - 3} more groups`] : []),
    ...(isFallback ? [groups.length > 0 ? 'everyone else' : 'Everyone in none of the groups'] : []),
    ...(isBaseline ? ['under everything, for everybody'] : []),
  ];
  if (parts.length === 0) return <StatusBadge tone="off">Not assigned</StatusBadge>;
  return parts.join(', ');
}

export const policyColumns: DataColumn<PolicySummary>[] = [
  { id: 'place', header: 'Place', cell: (policy) => place(policy) ?? quiet('–') },
  {
    id: 'name',
    header: 'Policy',
    phone: 'title',
    cell: (policy) => (
      <Group gap={8}>
        <TextLink to={paths.policy} params={{ id: policy.id }} underline="hover" fw={600} inherit>
          {policy.name}
        </TextLink>
        <States policy={policy} />
      </Group>
    ),
  },
  {
    id: 'appliesTo',
    header: 'Applies to',
    phone: 'detail',
    cell: (policy) => <AppliesTo policy={policy} />,
    phoneCell: (policy) => (
      <>
        {policy.groups.length > 0 && `${place(policy)}. `}
        <AppliesTo policy={policy} />
      </>
    ),
  },
  {
    id: 'memberCount',
    header: 'Members',
    align: 'end',
    phone: 'side',
    cell: ({ memberCount }) => formatCount(memberCount),
    phoneCell: ({ memberCount }) => countOf(memberCount, 'member'),
  },
  {
    id: 'revision',
    header: 'Version',
    align: 'end',
    cell: ({ revision }) => (revision === 0 ? quiet('none') : revision),
  },
  {
    id: 'updatedAt',
    header: 'Changed',
    cell: ({ updatedAt, updatedBy }) => (
      <>
        <RelativeTime at={updatedAt} />
        {updatedBy && ` by ${shortName(updatedBy)}`}
      </>
    ),
  },
];
