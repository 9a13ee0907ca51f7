import type { TaskListSearch } from './list/TaskFilters.tsx';

/** What the list asks the server for, from what its address says. */
export const listInput = ({ environment, ...rest }: TaskListSearch) => ({
  ...rest,
  ...(environment !== undefined && { environmentId: environment }),
});
