import { Group, Text } from '@mantine/core';
import { paths } from '#console/paths.ts';
import { TextLink } from '#console/shell/TextLink.tsx';
import type { DataColumn } from '#console/ui/data-table-column.ts';
import { countOf, formatCount } from '#console/ui/figures.ts';
import { RelativeTime } from '#console/ui/RelativeTime.tsx';
import { StatusBadge } from '#console/ui/StatusBadge.tsx';
import { shortName } from '#console/ui/short-name.ts';
import type { Bundle } from '#contract/team-config-bundles.ts';
import type { LaggingCount } from './usages/use-lagging-usages.ts';

const quiet = (text: string) => (
  <Text span c="dimmed" inherit>
    {text}
  </Text>
);

function BundleStates({ bundle: { newest, draftVersion, openReview } }: { bundle: Bundle }) {
  if (openReview) return <StatusBadge tone="warn">In review</StatusBadge>;
  if (draftVersion !== null) return <StatusBadge tone="info">{newest ? 'Draft' : 'Draft only'}</StatusBadge>;
  if (!newest) return <StatusBadge tone="off">Empty</StatusBadge>;
  return null;
}

function Repositories({ bundle, lag }: { bundle: Bundle; lag: LaggingCount | undefined }) {
  if (bundle.repositories === 0) return quiet('none');
  return (
    <Group gap={8} justify="flex-end" wrap="nowrap">
      {lag && lag.behind > 0 && <StatusBadge tone="warn">{formatCount(lag.behind)} behind</StatusBadge>}
      {lag && lag.modified > 0 && <StatusBadge tone="bad">{formatCount(lag.modified)} modified</StatusBadge>}
      <span>{formatCount(bundle.repositories)}</span>
    </Group>
  );
}

/** `lagging` is null where there are too many to count each bundle's. */
export const bundleColumns = (lagging: ReadonlyMap<string, LaggingCount> | null): DataColumn<Bundle>[] => [
  {
    id: 'name',
    header: 'Bundle',
    phone: 'title',
    cell: (bundle) => (
      <Group gap={8}>
        <TextLink to={paths.bundle} params={{ id: bundle.id }} underline="hover" fw={600} inherit>
          {bundle.name}
        </TextLink>
        <BundleStates bundle={bundle} />
      </Group>
    ),
  },
  {
    id: 'newest',
    header: 'Newest version',
    phone: 'detail',
    cell: ({ newest }) =>
      newest ? (
        <>
          {newest.number}, <RelativeTime at={newest.publishedAt} /> by {shortName(newest.publishedBy)}
        </>
      ) : (
        quiet('none')
      ),
    phoneCell: ({ newest, groups }) => (
      <>
        {newest ? (
          <>
            Version {newest.number}, <RelativeTime at={newest.publishedAt} />
          </>
        ) : (
          'No version yet'
        )}
        .{' '}
        {groups === 0
          ? 'No group subscribes'
          : `${countOf(groups, 'group')} ${groups === 1 ? 'subscribes' : 'subscribe'}`}
        .
      </>
    ),
  },
  {
    id: 'groups',
    header: 'Groups',
    align: 'end',
    cell: ({ groups }) => (groups === 0 ? quiet('none') : formatCount(groups)),
  },
  {
    id: 'repositories',
    header: 'Repositories',
    align: 'end',
    phone: 'side',
    cell: (bundle) => <Repositories bundle={bundle} lag={lagging?.get(bundle.id)} />,
    phoneCell: ({ repositories }) => countOf(repositories, 'repository', 'repositories'),
  },
  {
    id: 'slug',
    header: 'Address',
    cell: ({ slug }) => <code>{slug}</code>,
  },
  {
    id: 'updatedAt',
    header: 'Changed',
    cell: ({ updatedAt }) => <RelativeTime at={updatedAt} />,
  },
];
