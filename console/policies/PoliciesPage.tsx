import { Box, Button, Group, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { Link, useNavigate } from '@tanstack/react-router';
import { ListOrdered, Plus } from 'lucide-react';
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
import { Notice } from '#console/ui/Notice.tsx';
import { RelativeTime } from '#console/ui/RelativeTime.tsx';
import { RowSkeletons } from '#console/ui/Skeletons.tsx';
import { StatusBadge } from '#console/ui/StatusBadge.tsx';
import { shortName } from '#console/ui/short-name.ts';
import type { PolicySummary } from '#contract/policies.ts';

function AppliesTo({ policy: { groups, isFallback } }: { policy: PolicySummary }) {
  if (groups.length === 0 && !isFallback) return <StatusBadge tone="off">Not assigned</StatusBadge>;
  return (
    <>
      {groups.map(({ name }) => name).join(', ')}
      {groups.length > 0 && isFallback && ', '}
      {isFallback && 'everyone else (fallback)'}
    </>
  );
}

const columns: DataColumn<PolicySummary>[] = [
  {
    id: 'name',
    header: 'Policy',
    phone: 'title',
    cell: ({ id, name }) => (
      <TextLink to={paths.policy} params={{ id }} underline="hover" fw={600} inherit>
        {name}
      </TextLink>
    ),
  },
  { id: 'appliesTo', header: 'Applies to', phone: 'detail', cell: (policy) => <AppliesTo policy={policy} /> },
  {
    id: 'memberCount',
    header: 'Members',
    align: 'end',
    phone: 'side',
    cell: ({ memberCount }) => formatCount(memberCount),
    phoneCell: ({ memberCount }) => countOf(memberCount, 'member'),
  },
  { id: 'revision', header: 'Revision', align: 'end', cell: ({ revision }) => revision },
  {
    id: 'updatedAt',
    header: 'Changed',
    phone: 'detail',
    cell: ({ updatedAt, updatedBy }) => (
      <>
        <RelativeTime at={updatedAt} />
        {updatedBy && ` by ${shortName(updatedBy)}`}
      </>
    ),
  },
];

export function PoliciesPage() {
  const mayWrite = useCan('policies.write');
  const navigate = useNavigate();
  const policies = useQuery(api.policies.list.queryOptions());
  const write = mayWrite && (
    <Button
      renderRoot={(props) => <Link to={paths.newPolicy} {...props} />}
      leftSection={<Plus size={16} aria-hidden />}
    >
      Write a policy
    </Button>
  );
  return (
    <Page
      isWide
      title="Policies"
      description="Enforced requirements.toml documents. The first assignment that matches a member decides; nobody gets two."
      action={
        <Group gap={8}>
          <Button
            variant="default"
            renderRoot={(props) => <Link to={paths.policyOrder} {...props} />}
            leftSection={<ListOrdered size={16} aria-hidden />}
          >
            Order and fallback
          </Button>
          {write}
        </Group>
      }
    >
      <Loaded query={policies} what="The policies could not be loaded" skeleton={<RowSkeletons rows={4} />}>
        {({ items }) =>
          items.length === 0 ? (
            <EmptyState action={write}>
              No policy yet: members work with whatever their own configuration says. Write one and make it the
              fallback.
            </EmptyState>
          ) : (
            <>
              <NoFallback policies={items} />
              <DataTable
                label="Policies"
                columns={columns}
                rows={items}
                rowId={({ id }) => id}
                onOpen={({ id }) => void navigate({ to: paths.policy, params: { id } })}
              />
            </>
          )
        }
      </Loaded>
    </Page>
  );
}

function NoFallback({ policies }: { policies: PolicySummary[] }) {
  if (policies.some(({ isFallback }) => isFallback)) return null;
  return (
    <Box mb="lg">
      <Notice tone="warn" title="There is no fallback">
        <Text>
          Members in no assigned group get no policy. <TextLink to={paths.policyOrder}>Choose a fallback</TextLink>
        </Text>
      </Notice>
    </Box>
  );
}
