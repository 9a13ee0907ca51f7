import { Text } from '@mantine/core';
import { paths } from '#console/paths.ts';
import { TextLink } from '#console/shell/TextLink.tsx';
import type { DataColumn } from '#console/ui/data-table-column.ts';
import { RelativeTime } from '#console/ui/RelativeTime.tsx';
import { StatusBadge } from '#console/ui/StatusBadge.tsx';
import { shortName } from '#console/ui/short-name.ts';
import type { BundleUsage } from '#contract/team-config-bundles.ts';
import { usageLooks } from '../bundle-words.ts';

/** "3 of 5": what it has of what there is. */
function sayVersion({ version, newestVersion }: BundleUsage): string {
  if (version === null) return 'of no version';
  return newestVersion === null || newestVersion === version ? `${version}` : `${version} of ${newestVersion}`;
}

const State = ({ usage }: { usage: BundleUsage }) => (
  <StatusBadge tone={usageLooks[usage.state].tone}>{usageLooks[usage.state].word}</StatusBadge>
);

const bundleColumn: DataColumn<BundleUsage> = {
  id: 'bundle',
  header: 'Bundle',
  cell: ({ bundleId, bundleName }) => (
    <TextLink to={paths.bundle} params={{ id: bundleId }} underline="hover" inherit>
      {bundleName}
    </TextLink>
  ),
};

const columns: DataColumn<BundleUsage>[] = [
  {
    id: 'repository',
    header: 'Repository',
    phone: 'title',
    cell: ({ repository, folder }) => (
      <>
        <Text span fw={600} inherit>
          {repository}
        </Text>
        {folder && ` in ${folder}`}
      </>
    ),
  },
  { id: 'state', header: 'State', phone: 'side', cell: (usage) => <State usage={usage} /> },
  { id: 'version', header: 'Version', cell: sayVersion },
  {
    id: 'commit',
    header: 'Commit',
    cell: ({ commit }) => (commit ? <code>{commit.slice(0, 10)}</code> : '–'),
  },
  {
    id: 'reported',
    header: 'Reported',
    phone: 'detail',
    cell: ({ reportedAt, reportedBy }) => (
      <>
        <RelativeTime at={reportedAt} /> by {shortName(reportedBy)}
      </>
    ),
    phoneCell: (usage) => (
      <>
        {usage.bundleName}, version {sayVersion(usage)}, <RelativeTime at={usage.reportedAt} />
      </>
    ),
  },
];

/** With the bundle where the list is about several. */
export const usageColumns = (namesBundle: boolean): DataColumn<BundleUsage>[] => {
  const [first, ...rest] = columns;
  return first && namesBundle ? [first, bundleColumn, ...rest] : columns;
};
