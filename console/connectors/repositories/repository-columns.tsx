import { Group, Text } from '@mantine/core';
import type { DataColumn } from '#console/ui/data-table-column.ts';
import { countOf } from '#console/ui/figures.ts';
import { StatusBadge, type Tone } from '#console/ui/StatusBadge.tsx';
import type { GitRepository } from '#contract/git-connections.ts';

const quiet = (text: string) => (
  <Text span c="dimmed" inherit>
    {text}
  </Text>
);

const faults: Record<GitRepository['state'], { tone: Tone; word: string } | null> = {
  connected: null,
  suspended: { tone: 'warn', word: 'Suspended on GitHub' },
  removed: { tone: 'bad', word: 'Out of reach' },
};

function Name({ repository: { name, state, isArchived } }: { repository: GitRepository }) {
  const fault = faults[state];
  return (
    <Group gap={8}>
      <Text span fw={600} inherit>
        {name}
      </Text>
      {fault && <StatusBadge tone={fault.tone}>{fault.word}</StatusBadge>}
      {isArchived && <StatusBadge tone="off">Archived</StatusBadge>}
    </Group>
  );
}

const chosen = ({ isAllowed }: GitRepository) =>
  isAllowed ? <StatusBadge tone="ok">Chosen</StatusBadge> : <StatusBadge tone="off">Not chosen</StatusBadge>;

const usedBy = (count: number) => (count === 0 ? 'No environment' : countOf(count, 'environment'));

export const repositoryColumns = ({ showsChosen }: { showsChosen: boolean }): DataColumn<GitRepository>[] => [
  {
    id: 'name',
    header: 'Repository',
    phone: 'title',
    cell: (repository) => <Name repository={repository} />,
  },
  ...(showsChosen
    ? [{ id: 'chosen', header: 'For environments', phone: 'side', cell: chosen } satisfies DataColumn<GitRepository>]
    : []),
  {
    id: 'environments',
    header: 'Used by',
    phone: 'detail',
    cell: ({ environments }) => (environments === 0 ? quiet('none') : countOf(environments, 'environment')),
    phoneCell: ({ environments, host }) => `${host}. ${usedBy(environments)}.`,
  },
  { id: 'branch', header: 'Default branch', cell: ({ defaultBranch }) => <code>{defaultBranch}</code> },
  { id: 'visibility', header: 'Visibility', cell: ({ isPrivate }) => (isPrivate ? 'private' : 'public') },
  { id: 'host', header: 'Server', cell: ({ host }) => host },
];
