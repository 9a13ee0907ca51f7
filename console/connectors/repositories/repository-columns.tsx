import { Button, Group, Text } from '@mantine/core';
import type { DataColumn } from '#console/ui/data-table-column.ts';
import { countOf } from '#console/ui/figures.ts';
import { StatusBadge, type Tone } from '#console/ui/StatusBadge.tsx';
import type { GitRepository } from '#contract/git-servers.ts';

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

/** On a phone rows cannot be selected, so that each has its own button. */
const choiceButton = (repository: GitRepository, onAsk: (repository: GitRepository) => void) => {
  const verb = repository.isAllowed ? 'Take away' : 'Choose';
  return (
    <Button size="xs" variant="default" aria-label={`${verb}: ${repository.name}`} onClick={() => onAsk(repository)}>
      {verb}
    </Button>
  );
};

/** `onAsk`: for whoever may choose. */
export const repositoryColumns = (onAsk?: (repository: GitRepository) => void): DataColumn<GitRepository>[] => [
  {
    id: 'name',
    header: 'Repository',
    phone: 'title',
    cell: (repository) => <Name repository={repository} />,
  },
  ...(onAsk
    ? [
        {
          id: 'chosen',
          header: 'For environments',
          phone: 'side',
          cell: chosen,
          phoneCell: (repository: GitRepository) => choiceButton(repository, onAsk),
        } satisfies DataColumn<GitRepository>,
      ]
    : []),
  {
    id: 'environments',
    header: 'Used by',
    phone: 'detail',
    cell: ({ environments }) => (environments === 0 ? quiet('none') : countOf(environments, 'environment')),
    phoneCell: ({ environments, host, isAllowed }) =>
      onAsk && !isAllowed ? `${host}. Not chosen.` : `${host}. ${onAsk ? 'Chosen. ' : ''}${usedBy(environments)}.`,
  },
  { id: 'branch', header: 'Default branch', cell: ({ defaultBranch }) => <code>{defaultBranch}</code> },
  { id: 'visibility', header: 'Visibility', cell: ({ isPrivate }) => (isPrivate ? 'private' : 'public') },
  { id: 'host', header: 'Server', cell: ({ host }) => host },
];
