import { Button, Group } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { useMutation } from '@tanstack/react-query';
import { api } from '#console/api.ts';
import { showFailure } from '#console/shell/show-result.ts';
import type { TaskSummary } from '#contract/tasks.ts';

type Archived = Pick<TaskSummary, 'id' | 'title'>;

/** Archives a task, or brings it back; what says so offers the way back. */
export function useArchive() {
  const mutation = useMutation(api.tasks.archive.mutationOptions());
  const change = (task: Archived, isArchived: boolean) =>
    mutation.mutate(
      { id: task.id, isArchived },
      {
        onSuccess: () => sayArchived(task, isArchived, () => change(task, !isArchived)),
        onError: (error) =>
          showFailure(isArchived ? 'The task was not archived' : 'The task was not brought back', error),
      },
    );
  return { change, isPending: mutation.isPending };
}

function sayArchived({ id, title }: Archived, isArchived: boolean, undo: () => void): void {
  const notice = `task-archived-${id}`;
  notifications.hide(notice);
  notifications.show({
    id: notice,
    withBorder: true,
    autoClose: 8000,
    message: (
      <Group justify="space-between" wrap="nowrap" gap={8}>
        <span>{isArchived ? `“${title}” is archived.` : `“${title}” is back in the list.`}</span>
        <Button
          size="compact-sm"
          variant="subtle"
          onClick={() => {
            notifications.hide(notice);
            undo();
          }}
        >
          Undo
        </Button>
      </Group>
    ),
  });
}
