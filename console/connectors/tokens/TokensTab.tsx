import { Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import type { z } from 'zod';
import { api } from '#console/api.ts';
import { Loaded } from '#console/shell/Loaded.tsx';
import { DataTable } from '#console/ui/DataTable.tsx';
import type { DataColumn } from '#console/ui/data-table-column.ts';
import { EmptyState } from '#console/ui/EmptyState.tsx';
import { RelativeTime } from '#console/ui/RelativeTime.tsx';
import { RowSkeletons } from '#console/ui/Skeletons.tsx';
import type { GitTokenUse } from '#contract/git-servers.ts';
import classes from '../Git.module.css';
import { operationSentence, permissionWords } from '../git-words.ts';

type TokenUse = z.infer<typeof GitTokenUse>;

const columns: DataColumn<TokenUse>[] = [
  {
    id: 'operation',
    header: 'What for',
    phone: 'title',
    cell: ({ operation }) => operationSentence(operation),
  },
  {
    id: 'repository',
    header: 'Repository',
    phone: 'detail',
    cell: ({ repository }) => repository,
    phoneCell: ({ repository, permissions }) => `${repository}. ${permissionWords(permissions)}.`,
  },
  {
    id: 'permissions',
    header: 'Permissions',
    cell: ({ permissions }) => <span className={classes.code}>{permissionWords(permissions)}</span>,
  },
  { id: 'forWhom', header: 'For', cell: ({ forWhom }) => forWhom },
  { id: 'at', header: 'Made', phone: 'side', cell: ({ at }) => <RelativeTime at={at} /> },
  {
    id: 'expiresAt',
    header: 'Good until',
    cell: ({ expiresAt }) => <RelativeTime at={expiresAt} />,
  },
];

/** Proof that tokens are what the page promises: short, narrow, one for each use. */
export function TokensTab() {
  const uses = useQuery(api.git.tokenUses.queryOptions());
  return (
    <>
      <Text size="sm" c="dimmed" mb="lg">
        Whenever Reeve needs something of a repository, GitHub makes a token for that: for the one repository, with no
        more than the permissions it takes, for an hour at most. Only the list of all repositories is asked with one
        that reads no more than their names and settings. None is stored, and none gets into a container. The last 200
        are here; they are kept for 90 days.
      </Text>
      <Loaded query={uses} what="The tokens could not be loaded" skeleton={<RowSkeletons rows={6} />}>
        {({ items }) => (
          <>
            <DataTable label="Tokens" columns={columns} rows={items} rowId={({ id }) => id} />
            {items.length === 0 && (
              <EmptyState>No token was made yet. The first is, when a repository is asked for.</EmptyState>
            )}
          </>
        )}
      </Loaded>
    </>
  );
}
