import { Button, Select, Text } from '@mantine/core';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useNavigate, useSearch } from '@tanstack/react-router';
import { Plus } from 'lucide-react';
import { useState } from 'react';
import type { z } from 'zod';
import { api } from '#console/api.ts';
import type { GroupsSearch } from '#console/page-search.ts';
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
import { Group } from '#contract/directory.ts';
import { GroupDialog } from './GroupDialog.tsx';
import { SourceBadge } from './SourceBadge.tsx';

type Search = z.infer<typeof GroupsSearch>;

const columns: DataColumn<Group>[] = [
  {
    id: 'name',
    header: 'Name',
    phone: 'title',
    cell: ({ id, name, source }) => (
      <>
        <TextLink to={paths.group} params={{ id }} underline="hover" fw={600} inherit>
          {name}
        </TextLink>{' '}
        <SourceBadge source={source} />
      </>
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
  const filter = (part: Partial<Search>) =>
    void navigate({ search: (old) => ({ ...old, cursor: undefined, ...part }), replace: true });
  const isFiltered = Boolean(search.search || search.member || search.source);
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
          items.length === 0 && !isFiltered ? (
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
                  <>
                    <SearchBox
                      label="Search groups"
                      value={search.search ?? ''}
                      onSearch={(text) => filter({ search: text || undefined })}
                    />
                    <SearchBox
                      label="With a member named"
                      value={search.member ?? ''}
                      onSearch={(text) => filter({ member: text || undefined })}
                    />
                    <Select
                      aria-label="Source"
                      placeholder="Any source"
                      clearable
                      clearButtonProps={{ 'aria-label': 'Clear: Source' }}
                      w={150}
                      value={search.source ?? null}
                      onChange={(source) => filter({ source: Group.shape.source.safeParse(source).data })}
                      data={[
                        { value: 'manual', label: 'By hand' },
                        { value: 'scim', label: 'SCIM' },
                      ]}
                    />
                  </>
                }
              />
              {items.length === 0 && (
                <EmptyState
                  action={
                    <Button
                      variant="default"
                      onClick={() => filter({ search: undefined, member: undefined, source: undefined })}
                    >
                      Show all groups
                    </Button>
                  }
                >
                  No group matches these filters.
                </EmptyState>
              )}
              <Pager
                label="Pages of groups"
                shown={items.length}
                isFirst={!search.cursor}
                hasNext={nextCursor !== null}
                onFirst={() => filter({})}
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
