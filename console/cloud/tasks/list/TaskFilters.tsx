import { SegmentedControl, Select } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import type { z } from 'zod';
import { api } from '#console/api.ts';
import type { TasksSearch } from '#console/page-search.ts';
import { SearchBox } from '#console/ui/SearchBox.tsx';
import { taskStatuses } from '#contract/tasks.ts';
import { statusNames } from '../task-words.ts';

export type TaskListSearch = z.infer<typeof TasksSearch>;

interface TaskFiltersProps {
  search: TaskListSearch;
  onFilter: (part: Partial<TaskListSearch>) => void;
}

const shown = [
  { value: 'current', label: 'Current' },
  { value: 'archived', label: 'Archived' },
  { value: 'all', label: 'All' },
] as const;

export function TaskFilters({ search, onFilter }: TaskFiltersProps) {
  const environments = useQuery(api.environments.list.queryOptions());
  return (
    <>
      <SearchBox
        label="Search your tasks"
        value={search.search ?? ''}
        onSearch={(text) => onFilter({ search: text || undefined })}
      />
      <Select
        aria-label="Environment"
        placeholder="Any environment"
        clearable
        searchable
        nothingFoundMessage="No such environment"
        clearButtonProps={{ 'aria-label': 'Any environment' }}
        value={search.environment ?? null}
        data={(environments.data?.items ?? []).map(({ id, label }) => ({ value: id, label }))}
        onChange={(id) => onFilter({ environment: id ?? undefined })}
      />
      <Select
        aria-label="Status"
        placeholder="Any status"
        clearable
        clearButtonProps={{ 'aria-label': 'Any status' }}
        value={search.status ?? null}
        data={taskStatuses.map((value) => ({ value, label: statusNames[value] }))}
        onChange={(value) => onFilter({ status: taskStatuses.find((each) => each === value) })}
      />
      <SegmentedControl
        aria-label="Which tasks"
        value={search.show ?? 'current'}
        data={[...shown]}
        onChange={(value) =>
          onFilter({ show: shown.map((each) => each.value).find((each) => each === value && each !== 'current') })
        }
      />
    </>
  );
}
