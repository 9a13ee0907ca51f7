import { Button, Group } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { Link, useNavigate } from '@tanstack/react-router';
import { Plus, Wand2 } from 'lucide-react';
import { api } from '#console/api.ts';
import { paths } from '#console/paths.ts';
import { useCan } from '#console/session.ts';
import { Loaded } from '#console/shell/Loaded.tsx';
import { Page } from '#console/shell/Page.tsx';
import { TextLink } from '#console/shell/TextLink.tsx';
import { DataTable } from '#console/ui/DataTable.tsx';
import type { DataColumn } from '#console/ui/data-table-column.ts';
import { countOf, formatCount } from '#console/ui/figures.ts';
import { RowSkeletons } from '#console/ui/Skeletons.tsx';
import { StatusBadge } from '#console/ui/StatusBadge.tsx';
import type { Role } from '#contract/roles.ts';
import { DefaultRole } from './DefaultRole.tsx';

const columns: DataColumn<Role>[] = [
  {
    id: 'name',
    header: 'Name',
    phone: 'title',
    cell: ({ id, name }) => (
      <TextLink to={paths.role} params={{ id }} underline="hover" fw={600} inherit>
        {name}
      </TextLink>
    ),
  },
  { id: 'description', header: 'Description', phone: 'detail', cell: ({ description }) => description },
  {
    id: 'kind',
    header: 'Kind',
    phone: 'side',
    cell: ({ isBuiltIn }) =>
      isBuiltIn ? <StatusBadge tone="quiet">Built in</StatusBadge> : <StatusBadge tone="info">Custom</StatusBadge>,
  },
  {
    id: 'own',
    header: 'Own',
    align: 'end',
    cell: ({ use }) => formatCount(use.own),
    phone: 'detail',
    phoneCell: ({ use }) => inWords(use),
  },
  { id: 'byGroup', header: 'By group', align: 'end', cell: ({ use }) => formatCount(use.byGroup) },
  {
    id: 'byDefault',
    header: 'By default',
    align: 'end',
    cell: ({ isDefault, use }) => (isDefault ? formatCount(use.byDefault) : '–'),
  },
];

export const inWords = ({ own, byGroup, byDefault }: Role['use']): string => {
  const ways = [
    own > 0 && `${countOf(own, 'member')} themselves`,
    byGroup > 0 && `${countOf(byGroup, 'member')} by group`,
    byDefault > 0 && `${countOf(byDefault, 'member')} by default`,
  ].filter((way) => way !== false);
  return ways.length === 0 ? 'Nobody has it' : ways.join(', ');
};

export function RolesPage() {
  const navigate = useNavigate();
  const mayWrite = useCan('roles.write');
  const roles = useQuery(api.roles.list.queryOptions());
  const actions = mayWrite && (
    <Group gap={8}>
      <Button
        variant="default"
        leftSection={<Wand2 size={16} aria-hidden />}
        renderRoot={(props) => <Link to={paths.roleSetUp} {...props} />}
      >
        Guided set-up
      </Button>
      <Button
        leftSection={<Plus size={16} aria-hidden />}
        renderRoot={(props) => <Link to={paths.newRole} {...props} />}
      >
        Write a role
      </Button>
    </Group>
  );
  return (
    <Page
      isWide
      title="Roles"
      description="A role says what somebody may do. Roles add up, those of a member and those of their groups, and nothing denies."
      action={actions}
    >
      <Loaded query={roles} what="The roles could not be loaded" skeleton={<RowSkeletons />}>
        {({ items, defaultRoleId }) => (
          <>
            <DataTable
              label="Roles"
              columns={columns}
              rows={items}
              rowId={({ id }) => id}
              onOpen={({ id }) => void navigate({ to: paths.role, params: { id } })}
            />
            <DefaultRole roles={items} defaultRoleId={defaultRoleId} />
          </>
        )}
      </Loaded>
    </Page>
  );
}
