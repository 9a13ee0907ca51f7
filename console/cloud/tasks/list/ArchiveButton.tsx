import { ActionIcon, Tooltip } from '@mantine/core';
import { Archive, ArchiveRestore } from 'lucide-react';
import type { TaskSummary } from '#contract/tasks.ts';
import { useArchive } from '../use-archive.tsx';

export function ArchiveButton({ task }: { task: TaskSummary }) {
  const archive = useArchive();
  const label = task.isArchived ? 'Bring back' : 'Archive';
  return (
    <Tooltip label={label}>
      <ActionIcon
        variant="subtle"
        color="gray"
        aria-label={`${label}: ${task.title}`}
        loading={archive.isPending}
        onClick={() => archive.change(task, !task.isArchived)}
      >
        {task.isArchived ? <ArchiveRestore size={16} aria-hidden /> : <Archive size={16} aria-hidden />}
      </ActionIcon>
    </Tooltip>
  );
}
