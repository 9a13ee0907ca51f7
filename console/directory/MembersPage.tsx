import { Button, SegmentedControl } from '@mantine/core';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useNavigate, useSearch } from '@tanstack/react-router';
import { UserPlus } from 'lucide-react';
import { useState } from 'react';
import type { z } from 'zod';
import { api } from '#console/api.ts';
import type { MembersSearch } from '#console/page-search.ts';
import { paths } from '#console/paths.ts';
import { useCan } from '#console/session.ts';
import { Loaded } from '#console/shell/Loaded.tsx';
import { Page } from '#console/shell/Page.tsx';
import { DataTable } from '#console/ui/DataTable.tsx';
import { EmptyState } from '#console/ui/EmptyState.tsx';
import { Pager } from '#console/ui/Pager.tsx';
import { SearchBox } from '#console/ui/SearchBox.tsx';
import { RowSkeletons } from '#console/ui/Skeletons.tsx';
import { MemberStatus } from '#contract/directory.ts';
import { GroupFilter } from './GroupFilter.tsx';
import { InviteDialog } from './InviteDialog.tsx';
import { memberColumns } from './member-columns.tsx';
import { SelectionBar } from './SelectionBar.tsx';

type Search = z.infer<typeof MembersSearch>;

export function MembersPage() {
  const search = useSearch({ from: '/shell/members' });
  const navigate = useNavigate({ from: '/members' });
  const mayInvite = useCan('members.write');
  const mayGroup = useCan('groups.write');
  const [isInviting, setInviting] = useState(false);
  const [selectedIds, setSelectedIds] = useState<string[]>([]);
  const members = useQuery(
    api.directory.members.list.queryOptions({ input: search, placeholderData: keepPreviousData }),
  );
  const filter = (part: Partial<Search>) => {
    setSelectedIds([]);
    void navigate({ search: (old) => ({ ...old, cursor: undefined, ...part }), replace: true });
  };
  const sort = { by: search.sort ?? 'name', direction: search.direction ?? 'asc' };
  const isFiltered = Boolean(search.search || search.status || search.groupId);
  const invite = mayInvite && (
    <Button leftSection={<UserPlus size={16} aria-hidden />} onClick={() => setInviting(true)}>
      Invite people
    </Button>
  );
  const counts = members.data?.counts;
  return (
    <Page
      isWide
      title="Members"
      description={counts && `${counts.active} active, ${counts.invited} invited, ${counts.suspended} suspended.`}
      action={invite}
    >
      <Loaded query={members} what="The members could not be loaded" skeleton={<RowSkeletons />}>
        {({ items, nextCursor }) => (
          <>
            <DataTable
              label="Members"
              columns={memberColumns}
              rows={items}
              rowId={({ id }) => id}
              sort={sort}
              onSort={({ by, direction }) => filter({ sort: by as Search['sort'], direction })}
              onOpen={({ id }) => void navigate({ to: paths.member, params: { id } })}
              selectedIds={selectedIds}
              onSelectedIds={mayGroup ? setSelectedIds : undefined}
              selectionLabel={({ name }) => name}
              toolbar={
                <>
                  <SearchBox
                    label="Search by name or e-mail"
                    value={search.search ?? ''}
                    onSearch={(text) => filter({ search: text || undefined })}
                  />
                  <SegmentedControl
                    aria-label="Status"
                    value={search.status ?? 'all'}
                    onChange={(status) => filter({ status: MemberStatus.safeParse(status).data })}
                    data={[
                      { value: 'all', label: 'All' },
                      { value: 'active', label: 'Active' },
                      { value: 'invited', label: 'Invited' },
                      { value: 'suspended', label: 'Suspended' },
                    ]}
                  />
                  <GroupFilter value={search.groupId} onChange={(groupId) => filter({ groupId })} />
                </>
              }
            />
            {items.length === 0 && (
              <EmptyState
                action={
                  isFiltered ? (
                    <Button
                      variant="default"
                      onClick={() => filter({ search: undefined, status: undefined, groupId: undefined })}
                    >
                      Show everybody
                    </Button>
                  ) : (
                    invite
                  )
                }
              >
                {isFiltered ? 'Nobody matches these filters.' : 'People you invite appear here.'}
              </EmptyState>
            )}
            <Pager
              label="Pages of members"
              shown={items.length}
              isFirst={!search.cursor}
              hasNext={nextCursor !== null}
              onFirst={() => filter({})}
              onNext={() => void navigate({ search: (old) => ({ ...old, cursor: nextCursor ?? undefined }) })}
            />
          </>
        )}
      </Loaded>
      {selectedIds.length > 0 && <SelectionBar memberIds={selectedIds} onDone={() => setSelectedIds([])} />}
      {isInviting && <InviteDialog onClose={() => setInviting(false)} />}
    </Page>
  );
}
