import { Button, Group } from '@mantine/core';
import { useHover } from '@mantine/hooks';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { Link, useNavigate, useSearch } from '@tanstack/react-router';
import { Plus } from 'lucide-react';
import { api } from '#console/api.ts';
import { paths } from '#console/paths.ts';
import { Loaded } from '#console/shell/Loaded.tsx';
import { Page } from '#console/shell/Page.tsx';
import { DataTable } from '#console/ui/DataTable.tsx';
import { EmptyState } from '#console/ui/EmptyState.tsx';
import { countOf } from '#console/ui/figures.ts';
import { Pager } from '#console/ui/Pager.tsx';
import { RowSkeletons } from '#console/ui/Skeletons.tsx';
import { useSteadyRows } from '#console/ui/use-steady-rows.ts';
import { isEnded } from '#contract/task-states.ts';
import type { TaskSummary } from '#contract/tasks.ts';
import { LimitsLine } from './list/LimitsLine.tsx';
import { TaskFilters, type TaskListSearch } from './list/TaskFilters.tsx';
import { taskColumns } from './list/task-columns.tsx';
import { listInput } from './task-queries.ts';

const noTasks: TaskSummary[] = [];
const moving = 3_000;
const still = 20_000;

/** What one gave Codex to do, newest first. */
export function TasksPage() {
  return (
    <Page
      isWide
      title="Tasks"
      description="What you gave Codex to do in a container of this organisation. Only you see your tasks."
      action={
        <Button component={Link} to={paths.newTask} leftSection={<Plus size={16} aria-hidden />}>
          New task
        </Button>
      }
    >
      <TaskList />
    </Page>
  );
}

function TaskList() {
  const search = useSearch({ from: '/shell/codex/tasks' });
  const navigate = useNavigate({ from: paths.tasks });
  const { hovered, ref } = useHover<HTMLDivElement>();
  const input = listInput(search);
  const isFirstPage = !search.cursor;
  const tasks = useQuery(
    api.tasks.list.queryOptions({
      input,
      placeholderData: keepPreviousData,
      refetchInterval: ({ state }) => (state.data?.items.some((task) => !isEnded(task.state)) ? moving : still),
    }),
  );
  const { rows, waiting, release } = useSteadyRows(tasks.data?.items ?? noTasks, {
    scope: JSON.stringify(input),
    isHeld: isFirstPage && !tasks.isPlaceholderData && hovered,
  });
  const filter = (part: Partial<TaskListSearch>) =>
    void navigate({ search: (old) => ({ ...old, cursor: undefined, ...part }), replace: true });
  return (
    <Loaded query={tasks} what="Your tasks could not be loaded" skeleton={<RowSkeletons />}>
      {({ nextCursor, limits }) => (
        <div ref={ref}>
          <Group justify="flex-end" mb={8} mih={24}>
            <LimitsLine limits={limits} />
          </Group>
          {waiting > 0 && (
            <Button variant="light" fullWidth mb={8} onClick={release}>
              Show {countOf(waiting, 'new task')}
            </Button>
          )}
          <DataTable
            label="Tasks"
            columns={taskColumns}
            rows={rows}
            rowId={({ id }) => id}
            onOpen={({ id }) => void navigate({ to: paths.task, params: { id }, search: {} })}
            toolbar={<TaskFilters search={search} onFilter={filter} />}
          />
          {rows.length === 0 && waiting === 0 && <NoTasks search={search} onFilter={filter} />}
          <Pager
            label="Pages of tasks"
            shown={rows.length}
            isFirst={isFirstPage}
            hasNext={nextCursor !== null}
            onFirst={() => filter({})}
            onNext={() => void navigate({ search: (old) => ({ ...old, cursor: nextCursor ?? undefined }) })}
          />
        </div>
      )}
    </Loaded>
  );
}

interface NoTasksProps {
  search: TaskListSearch;
  onFilter: (part: Partial<TaskListSearch>) => void;
}

/** Why there is nothing: filters, or that nothing was asked yet. */
function NoTasks({ search, onFilter }: NoTasksProps) {
  const isFiltered = Boolean(search.search || search.environment || search.status);
  if (isFiltered)
    return (
      <EmptyState
        action={
          <Button
            variant="default"
            onClick={() => onFilter({ search: undefined, environment: undefined, status: undefined })}
          >
            Show every task
          </Button>
        }
      >
        No task matches these filters.
      </EmptyState>
    );
  if (search.show === 'archived') return <EmptyState>You have archived no task.</EmptyState>;
  return (
    <EmptyState
      action={
        <Button component={Link} to={paths.newTask}>
          Give Codex a task
        </Button>
      }
    >
      Tasks that you give Codex appear here with their state, what they changed and their pull request.
    </EmptyState>
  );
}
