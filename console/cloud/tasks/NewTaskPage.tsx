import { Button } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { Link, useSearch } from '@tanstack/react-router';
import { api } from '#console/api.ts';
import { paths } from '#console/paths.ts';
import { Loaded } from '#console/shell/Loaded.tsx';
import { Page } from '#console/shell/Page.tsx';
import { EmptyState } from '#console/ui/EmptyState.tsx';
import { TaskForm } from './new/TaskForm.tsx';

export function NewTaskPage() {
  const { environment } = useSearch({ from: '/shell/codex/new-task' });
  const environments = useQuery(api.environments.list.queryOptions());
  return (
    <Page
      title="New task"
      description="Codex works on a copy of the repository in a container. Nothing leaves it before you publish."
      above={[{ label: 'Tasks', to: paths.tasks }]}
    >
      <Loaded query={environments} what="The environments could not be loaded">
        {({ items }) =>
          items.length === 0 ? (
            <EmptyState
              action={
                <Button component={Link} to={paths.newEnvironment}>
                  Make an environment
                </Button>
              }
            >
              A task runs in an environment: a repository with what it takes to work on it. There is none that you may
              use yet.
            </EmptyState>
          ) : (
            <TaskForm environments={items} wantedId={environment} />
          )
        }
      </Loaded>
    </Page>
  );
}
