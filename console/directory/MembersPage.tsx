import { Button, Group } from '@mantine/core';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useNavigate, useSearch } from '@tanstack/react-router';
import { FileSpreadsheet, UserPlus } from 'lucide-react';
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
import { RowSkeletons } from '#console/ui/Skeletons.tsx';
import type { Member } from '#contract/directory.ts';
import { InviteDialog } from './InviteDialog.tsx';
import { MemberFilters } from './MemberFilters.tsx';
import { memberColumns } from './member-columns.tsx';
import { sayCounts } from './member-words.ts';
import { SelectionBar } from './SelectionBar.tsx';

type Search = z.infer<typeof MembersSearch>;

const nothingFiltered = {
  search: undefined,
  status: undefined,
  source: undefined,
  groupId: undefined,
  grouped: undefined,
  roleId: undefined,
} satisfies Partial<Search>;

export function MembersPage() {
  const search = useSearch({ from: '/shell/members' });
  const navigate = useNavigate({ from: '/members' });
  const mayInvite = useCan('members.write');
  const mayGroup = useCan('groups.write');
  const [isInviting, setInviting] = useState(false);
  const [selected, setSelected] = useState<Member[]>([]);
  const members = useQuery(
    api.directory.members.list.queryOptions({ input: search, placeholderData: keepPreviousData }),
  );
  const { search: text, source, groupId, grouped, roleId } = search;
  const counts = useQuery(
    api.directory.members.count.queryOptions({
      input: { search: text, source, groupId, grouped, roleId },
      placeholderData: keepPreviousData,
    }),
  ).data;
  const filter = (part: Partial<Search>) => {
    setSelected([]);
    void navigate({ search: (old) => ({ ...old, cursor: undefined, ...part }), replace: true });
  };
  const sort = { by: search.sort ?? 'name', direction: search.direction ?? 'asc' };
  const isFiltered = Object.keys(nothingFiltered).some((key) => search[key as keyof Search]);
  const invite = mayInvite && (
    <Group gap={8}>
      <Button
        variant="default"
        leftSection={<FileSpreadsheet size={16} aria-hidden />}
        onClick={() => void navigate({ to: paths.importMembers })}
      >
        Import a list
      </Button>
      <Button leftSection={<UserPlus size={16} aria-hidden />} onClick={() => setInviting(true)}>
        Invite people
      </Button>
    </Group>
  );
  return (
    <Page isWide title="Members" description={counts && sayCounts(counts)} action={invite}>
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
              selectedIds={selected.map(({ id }) => id)}
              onSelectedIds={
                mayGroup || mayInvite ? (ids) => setSelected(items.filter(({ id }) => ids.includes(id))) : undefined
              }
              selectionLabel={({ name }) => name}
              toolbar={<MemberFilters search={search} onFilter={filter} />}
            />
            {items.length === 0 && (
              <EmptyState
                action={
                  isFiltered ? (
                    <Button variant="default" onClick={() => filter(nothingFiltered)}>
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
              onNext={() => {
                setSelected([]);
                void navigate({ search: (old) => ({ ...old, cursor: nextCursor ?? undefined }) });
              }}
            />
          </>
        )}
      </Loaded>
      {selected.length > 0 && <SelectionBar members={selected} onDone={() => setSelected([])} />}
      {isInviting && <InviteDialog onClose={() => setInviting(false)} />}
    </Page>
  );
}
