import { Button, Tooltip } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { Link, useNavigate, useSearch } from '@tanstack/react-router';
import { Plus } from 'lucide-react';
import { useMemo } from 'react';
import { api } from '#console/api.ts';
import { paths } from '#console/paths.ts';
import { Loaded } from '#console/shell/Loaded.tsx';
import { Page } from '#console/shell/Page.tsx';
import { DataTable } from '#console/ui/DataTable.tsx';
import { EmptyState } from '#console/ui/EmptyState.tsx';
import { SearchBox } from '#console/ui/SearchBox.tsx';
import { RowSkeletons } from '#console/ui/Skeletons.tsx';
import type { Environment } from '#contract/environments.ts';
import { CloudOff } from './CloudOff.tsx';
import { environmentColumns } from './environment-columns.tsx';
import { offReason } from './environment-words.ts';
import { useEnvironmentOptions } from './use-environment-options.ts';

/** What there is to give tasks in, one’s pinned ones first, and what agents may reach there. */
export function EnvironmentsPage() {
  const environments = useQuery(api.environments.list.queryOptions());
  const options = useEnvironmentOptions();
  const isOff = options.data?.isCloudOn === false;
  return (
    <Page
      isWide
      title="Environments"
      description="What a hosted task runs in: its repository, its container and set-up, and what its agent may reach."
      action={<NewEnvironment isOff={isOff} />}
    >
      {isOff && <CloudOff />}
      <Loaded query={environments} what="The environments could not be loaded" skeleton={<RowSkeletons rows={6} />}>
        {({ items }) =>
          items.length === 0 ? (
            <EmptyState action={<NewEnvironment isOff={isOff} />}>
              No environment yet: whatever you make, or somebody shares with you, will be here.
            </EmptyState>
          ) : (
            <EnvironmentTable environments={items} isInternetAllowed={options.data?.isAgentInternetAllowed ?? true} />
          )
        }
      </Loaded>
    </Page>
  );
}

function NewEnvironment({ isOff }: { isOff: boolean }) {
  const icon = <Plus size={16} aria-hidden />;
  if (!isOff)
    return (
      <Button renderRoot={(props) => <Link to={paths.newEnvironment} {...props} />} leftSection={icon}>
        New environment
      </Button>
    );
  return (
    <Tooltip label={offReason}>
      <Button data-disabled aria-disabled leftSection={icon}>
        New environment
      </Button>
    </Tooltip>
  );
}

interface EnvironmentTableProps {
  environments: Environment[];
  isInternetAllowed: boolean;
}

/** All that one may use are here at once; searching needs no server. */
function EnvironmentTable({ environments, isInternetAllowed }: EnvironmentTableProps) {
  const { search } = useSearch({ from: '/shell/codex/environments' });
  const navigate = useNavigate({ from: '/codex/environments' });
  const columns = useMemo(() => environmentColumns(isInternetAllowed), [isInternetAllowed]);
  const wanted = (search ?? '').toLowerCase();
  const found = environments.filter(({ label, description, repositories }) =>
    [label, description ?? '', ...repositories.map(({ name }) => name)].some((text) =>
      text.toLowerCase().includes(wanted),
    ),
  );
  const show = (text: string) => void navigate({ search: { search: text || undefined }, replace: true });
  return (
    <>
      <DataTable
        label="Environments"
        columns={columns}
        rows={found}
        rowId={({ id }) => id}
        onOpen={({ id }) => void navigate({ to: paths.environment, params: { id } })}
        toolbar={<SearchBox label="Search environments" value={search ?? ''} onSearch={show} />}
      />
      {found.length === 0 && (
        <EmptyState
          action={
            <Button variant="default" onClick={() => show('')}>
              Show all environments
            </Button>
          }
        >
          No environment matches.
        </EmptyState>
      )}
    </>
  );
}
