import { Button, Text } from '@mantine/core';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useNavigate, useSearch } from '@tanstack/react-router';
import { Plus } from 'lucide-react';
import { useState } from 'react';
import { api } from '#console/api.ts';
import { paths } from '#console/paths.ts';
import { useCan } from '#console/session.ts';
import { Loaded } from '#console/shell/Loaded.tsx';
import { Page } from '#console/shell/Page.tsx';
import { TextLink } from '#console/shell/TextLink.tsx';
import { DataTable } from '#console/ui/DataTable.tsx';
import type { DataColumn } from '#console/ui/data-table-column.ts';
import { EmptyState } from '#console/ui/EmptyState.tsx';
import { countOf, formatCount } from '#console/ui/figures.ts';
import { Pager } from '#console/ui/Pager.tsx';
import { RelativeTime } from '#console/ui/RelativeTime.tsx';
import { SearchBox } from '#console/ui/SearchBox.tsx';
import { RowSkeletons } from '#console/ui/Skeletons.tsx';
import type { Group } from '#contract/directory.ts';
import { GroupDialog } from './GroupDialog.tsx';

const columns: DataColumn<Group>[] = [
  {
    id: 'name',
    header: 'Name',
    phone: 'title',
    cell: ({ id, name }) => (
      <TextLink to={paths.group} params={{ id }} underline="hover" fw={600} inherit>
        {name}
      </TextLink>
    ),
  },
  {
    id: 'description',
    header: 'Description',
    phone: 'detail',
    cell: ({ description }) =>
      description || (
        <Text span c="dimmed" inherit>
          none
        </Text>
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
  { id: 'createdAt', header: 'Created', cell: ({ createdAt }) => <RelativeTime at={createdAt} /> },
];

export function GroupsPage() {
  const search = useSearch({ from: '/shell/groups' });
  const navigate = useNavigate({ from: '/groups' });
  const mayWrite = useCan('groups.write');
  const [isCreating, setCreating] = useState(false);
  const groups = useQuery(api.directory.groups.list.queryOptions({ input: search, placeholderData: keepPreviousData }));
  const create = mayWrite && (
    <Button leftSection={<Plus size={16} aria-hidden />} onClick={() => setCreating(true)}>
      Create group
    </Button>
  );
  return (
    <Page
      isWide
      title="Groups"
      description="Groups decide which policy applies to whom. A person may be in several."
      action={create}
    >
      <Loaded query={groups} what="The groups could not be loaded" skeleton={<RowSkeletons />}>
        {({ items, nextCursor }) =>
          items.length === 0 && !search.search ? (
            <EmptyState action={create}>
              Groups you create appear here. Give each its own policy, for example one for contractors.
            </EmptyState>
          ) : (
            <>
              <DataTable
                label="Groups"
                columns={columns}
                rows={items}
                rowId={({ id }) => id}
                onOpen={({ id }) => void navigate({ to: paths.group, params: { id } })}
                toolbar={
                  <SearchBox
                    label="Search groups"
                    value={search.search ?? ''}
                    onSearch={(text) => void navigate({ search: { search: text || undefined }, replace: true })}
                  />
                }
              />
              {items.length === 0 && <EmptyState>No group of that name.</EmptyState>}
              <Pager
                label="Pages of groups"
                shown={items.length}
                isFirst={!search.cursor}
                hasNext={nextCursor !== null}
                onFirst={() => void navigate({ search: { search: search.search } })}
                onNext={() => void navigate({ search: { ...search, cursor: nextCursor ?? undefined } })}
              />
            </>
          )
        }
      </Loaded>
      {isCreating && (
        <GroupDialog
          onClose={() => setCreating(false)}
          onSaved={({ id }) => void navigate({ to: paths.group, params: { id } })}
        />
      )}
    </Page>
  );
}
