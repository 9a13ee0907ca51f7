import { Group, Text } from '@mantine/core';
import { paths } from '#console/paths.ts';
import { TextLink } from '#console/shell/TextLink.tsx';
import type { DataColumn } from '#console/ui/data-table-column.ts';
import { countOf, formatCount } from '#console/ui/figures.ts';
import { RelativeTime } from '#console/ui/RelativeTime.tsx';
import { StatusBadge } from '#console/ui/StatusBadge.tsx';
import { type Environment, machineSizes } from '#contract/environments.ts';
import classes from './Environments.module.css';
import { internetTone, sayInternet, sayInternetShortly, sayShared, tryLooks } from './environment-words.ts';
import { PinButton } from './PinButton.tsx';

function Repositories({ environment: { repositories } }: { environment: Environment }) {
  const [first, ...others] = repositories;
  if (!first) return null;
  return (
    <Group gap={8} wrap="nowrap">
      <span>
        {first.name}
        {others.length > 0 && ` and ${countOf(others.length, 'other')}`}
      </span>
      {repositories.some(({ state }) => state !== 'connected') && <StatusBadge tone="bad">Not connected</StatusBadge>}
    </Group>
  );
}

function Internet({ environment: { internet }, isAllowed }: { environment: Environment; isAllowed: boolean }) {
  if (internet.isOn && !isAllowed) return <StatusBadge tone="off">Off by the workspace</StatusBadge>;
  return (
    <>
      <StatusBadge tone={internetTone(internet)}>{sayInternetShortly(internet)}</StatusBadge>
      {internet.isOn && internet.methods === 'safe' && (
        <Text span inherit c="dimmed">
          {' '}
          reads only
        </Text>
      )}
    </>
  );
}

export const environmentColumns = (isInternetAllowed: boolean): DataColumn<Environment>[] => [
  {
    id: 'label',
    header: 'Environment',
    phone: 'title',
    cell: (environment) => (
      <Group gap={4} wrap="nowrap">
        <PinButton environment={environment} />
        <TextLink
          to={paths.environment}
          params={{ id: environment.id }}
          underline="hover"
          fw={600}
          inherit
          className={classes.label ?? ''}
        >
          {environment.label}
        </TextLink>
        {environment.lastTry?.state === 'failed' && (
          <StatusBadge tone={tryLooks.failed.tone}>{tryLooks.failed.word}</StatusBadge>
        )}
      </Group>
    ),
  },
  {
    id: 'repositories',
    header: 'Repository',
    phone: 'detail',
    cell: (environment) => <Repositories environment={environment} />,
    phoneCell: (environment) => (
      <>
        {environment.repositories[0]?.name}
        {environment.repositories.length > 1 && ` and ${countOf(environment.repositories.length - 1, 'other')}`}.
        Internet: {sayInternet(environment.internet).toLowerCase()}.
      </>
    ),
  },
  {
    id: 'internet',
    header: 'Agent’s internet',
    cell: (environment) => <Internet environment={environment} isAllowed={isInternetAllowed} />,
  },
  {
    id: 'sharing',
    header: 'Shared with',
    phone: 'side',
    cell: (environment) => (
      <>
        {sayShared(environment)}
        {!environment.mayEdit && (
          <Text span inherit c="dimmed">
            {' '}
            by {environment.creatorName}
          </Text>
        )}
      </>
    ),
    phoneCell: (environment) => sayShared(environment),
  },
  {
    id: 'cache',
    header: 'Kept until',
    cell: ({ cache, isCacheOn }) =>
      cache ? (
        <RelativeTime at={cache.expiresAt} />
      ) : (
        <Text span inherit c="dimmed">
          {isCacheOn ? 'nothing' : 'off'}
        </Text>
      ),
  },
  { id: 'tasks', header: 'Tasks', align: 'end', cell: ({ taskCount }) => formatCount(taskCount) },
  { id: 'updatedAt', header: 'Changed', cell: ({ updatedAt }) => <RelativeTime at={updatedAt} /> },
  { id: 'creator', header: 'Made by', isExtra: true, cell: ({ creatorName }) => creatorName },
  {
    id: 'machine',
    header: 'Machine',
    isExtra: true,
    cell: ({ machineSize }) => `${machineSizes[machineSize].cpus} CPU, ${machineSizes[machineSize].memoryMb / 1024} GB`,
  },
];
