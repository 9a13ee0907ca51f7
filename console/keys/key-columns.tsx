import { Anchor, Text } from '@mantine/core';
import type { DataColumn } from '#console/ui/data-table-column.ts';
import { countOf } from '#console/ui/figures.ts';
import { RelativeTime } from '#console/ui/RelativeTime.tsx';
import { StatusBadge } from '#console/ui/StatusBadge.tsx';
import { scopeFacts } from '#contract/key-scopes.ts';
import type { WorkspaceKey } from '#contract/keys.ts';
import { KeyState } from './KeyState.tsx';

const isReadOnly = ({ scopes }: WorkspaceKey) => scopes.every((scope) => scopeFacts(scope).isReadOnly);

/** `Write policies, read people and roles`. */
const inWords = ({ scopes }: WorkspaceKey) => {
  const [first, ...others] = scopes.map((scope) => scopeFacts(scope).label);
  if (first === undefined) return 'nothing any more';
  return [first, ...others.map((label) => label.charAt(0).toLowerCase() + label.slice(1))].join(', ');
};

export const keyColumns = (onOpen: (id: string) => void): DataColumn<WorkspaceKey>[] => [
  {
    id: 'name',
    header: 'Name',
    phone: 'title',
    cell: ({ id, name }) => (
      <Anchor component="button" type="button" underline="hover" fw={600} inherit ta="start" onClick={() => onOpen(id)}>
        {name}
      </Anchor>
    ),
  },
  { id: 'state', header: 'State', phone: 'side', cell: (key) => <KeyState workspaceKey={key} /> },
  {
    id: 'scopes',
    header: 'May',
    phone: 'detail',
    cell: (key) => (
      <>
        {inWords(key)} {!isReadOnly(key) && <StatusBadge tone="info">Changes things</StatusBadge>}
      </>
    ),
  },
  {
    id: 'lastUsedAt',
    header: 'Last used',
    phone: 'detail',
    cell: ({ lastUsedAt }) =>
      lastUsedAt ? (
        <RelativeTime at={lastUsedAt} />
      ) : (
        <Text span c="dimmed" inherit>
          never
        </Text>
      ),
    phoneCell: ({ lastUsedAt }) =>
      lastUsedAt ? (
        <>
          used <RelativeTime at={lastUsedAt} />
        </>
      ) : (
        'never used'
      ),
  },
  { id: 'expiresAt', header: 'Ends', cell: ({ expiresAt }) => <RelativeTime at={expiresAt} /> },
  {
    id: 'allowedIps',
    header: 'Works from',
    isExtra: true,
    cell: ({ allowedIps }) => (allowedIps.length === 0 ? 'anywhere' : countOf(allowedIps.length, 'network')),
  },
  {
    id: 'createdBy',
    header: 'Made by',
    cell: ({ createdBy }) => (
      <>
        {createdBy.name} {createdBy.hasLeft && <StatusBadge tone="quiet">Has left</StatusBadge>}
      </>
    ),
  },
];
