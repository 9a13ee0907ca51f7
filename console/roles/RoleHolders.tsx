import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useNavigate, useSearch } from '@tanstack/react-router';
import type { z } from 'zod';
import { api } from '#console/api.ts';
import { paths } from '#console/paths.ts';
import { useCan } from '#console/session.ts';
import { Loaded } from '#console/shell/Loaded.tsx';
import { TextLink } from '#console/shell/TextLink.tsx';
import { DataTable } from '#console/ui/DataTable.tsx';
import type { DataColumn } from '#console/ui/data-table-column.ts';
import { EmptyState } from '#console/ui/EmptyState.tsx';
import { Pager } from '#console/ui/Pager.tsx';
import { SearchBox } from '#console/ui/SearchBox.tsx';
import { Section } from '#console/ui/Section.tsx';
import { RowSkeletons } from '#console/ui/Skeletons.tsx';
import type { GroupRef } from '#contract/directory.ts';
import type { Role, RoleHolder, Way } from '#contract/roles.ts';

const waysInWords = (ways: readonly Way[]): string =>
  ways
    .map((way) => (way.kind === 'own' ? 'themselves' : way.kind === 'group' ? `by ${way.name}` : 'by default'))
    .join(', ');

const columns = (mayOpen: boolean): DataColumn<RoleHolder>[] => [
  {
    id: 'name',
    header: 'Name',
    phone: 'title',
    cell: ({ id, name }) =>
      mayOpen ? (
        <TextLink to={paths.member} params={{ id }} underline="hover" fw={600} inherit>
          {name}
        </TextLink>
      ) : (
        name
      ),
  },
  { id: 'email', header: 'E-mail', phone: 'detail', cell: ({ email }) => email },
  { id: 'ways', header: 'Has it', phone: 'side', cell: ({ ways }) => waysInWords(ways) },
];

/** Who has the role, and by which way. */
export function RoleHolders({ role }: { role: Role & { groupList: z.infer<typeof GroupRef>[] } }) {
  const search = useSearch({ from: '/shell/roles/$id' });
  const navigate = useNavigate({ from: '/roles/$id' });
  const mayOpen = useCan('members.read');
  const holders = useQuery(
    api.roles.holders.queryOptions({ input: { id: role.id, ...search }, placeholderData: keepPreviousData }),
  );
  const { groups } = role.use;
  return (
    <Section
      title="Who has it"
      description={
        groups > 0 && (
          <>
            Given by {groups > role.groupList.length ? `${groups} groups, among them ` : ''}
            {role.groupList.map(({ id, name }, index) => (
              <span key={id}>
                {index > 0 && ', '}
                {mayOpen ? (
                  <TextLink to={paths.group} params={{ id }}>
                    {name}
                  </TextLink>
                ) : (
                  name
                )}
              </span>
            ))}
            .
          </>
        )
      }
    >
      <Loaded query={holders} what="Who has this role could not be loaded" skeleton={<RowSkeletons rows={4} />}>
        {({ items, nextCursor }) =>
          items.length === 0 && !search.search ? (
            <EmptyState>Nobody has this role. Give it to a group on the page of the group, or to a member.</EmptyState>
          ) : (
            <>
              <DataTable
                label={`Members with ${role.name}`}
                columns={columns(mayOpen)}
                rows={items}
                rowId={({ id }) => id}
                toolbar={
                  <SearchBox
                    label="Search members"
                    value={search.search ?? ''}
                    onSearch={(text) => void navigate({ search: { search: text || undefined }, replace: true })}
                  />
                }
              />
              {items.length === 0 && <EmptyState>Nobody of that name has this role.</EmptyState>}
              <Pager
                label="Pages of members"
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
    </Section>
  );
}
