import { ActionIcon, Button, Group, Menu, Tooltip } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { Archive, ArchiveRestore, CircleStop, Ellipsis, GitPullRequest, RotateCcw, SquareTerminal } from 'lucide-react';
import { useState } from 'react';
import { api } from '#console/api.ts';
import { showDone, showFailure } from '#console/shell/show-result.ts';
import { ConfirmDialog } from '#console/ui/ConfirmDialog.tsx';
import { countOf } from '#console/ui/figures.ts';
import { isEnded } from '#contract/task-states.ts';
import type { Task, TaskAttempt } from '#contract/tasks.ts';
import { ApplyDialog } from './ApplyDialog.tsx';
import { PublishDialog } from './publish/PublishDialog.tsx';
import { pullRequestOf } from './publish/pull-request-of.ts';
import { useArchive } from './use-archive.tsx';

/** The primary action is what comes next: stop it, or publish what it did. The rest is in the menu. */
export function TaskActions({ task, attempt }: { task: Task; attempt: TaskAttempt }) {
  const [asked, setAsked] = useState<'cancel' | 'publish' | 'apply' | null>(null);
  const archive = useArchive();
  const newest = task.turns.at(-1)?.attempts ?? [];
  const unfinished = newest.filter(({ state }) => !isEnded(state));
  const failed = newest.filter(({ state }) => state === 'failed' || state === 'cancelled');
  const retry = useMutation(
    api.tasks.retry.mutationOptions({
      onSuccess: () => showDone(`${countOf(failed.length, 'attempt')} will run again.`),
      onError: (error) => showFailure('Nothing was started again', error),
    }),
  );
  const close = () => setAsked(null);
  return (
    <Group gap={8} wrap="nowrap">
      {unfinished.length > 0 && (
        <Button variant="default" leftSection={<CircleStop size={16} aria-hidden />} onClick={() => setAsked('cancel')}>
          Cancel
        </Button>
      )}
      {failed.length > 0 && unfinished.length === 0 && (
        <Button
          variant={failed.length === newest.length ? 'filled' : 'default'}
          leftSection={<RotateCcw size={16} aria-hidden />}
          loading={retry.isPending}
          onClick={() => retry.mutate({ id: task.id })}
        >
          {failed.length === 1 ? 'Run again' : `Run ${failed.length} again`}
        </Button>
      )}
      {attempt.hasDiff && isEnded(attempt.state) && <PublishButton task={task} onPublish={() => setAsked('publish')} />}
      <Menu position="bottom-end" withinPortal>
        <Menu.Target>
          <ActionIcon variant="default" size={36} aria-label="More about this task">
            <Ellipsis size={16} aria-hidden />
          </ActionIcon>
        </Menu.Target>
        <Menu.Dropdown>
          {attempt.hasDiff && (
            <Menu.Item leftSection={<SquareTerminal size={16} aria-hidden />} onClick={() => setAsked('apply')}>
              Apply on your machine
            </Menu.Item>
          )}
          <Menu.Item
            leftSection={task.isArchived ? <ArchiveRestore size={16} aria-hidden /> : <Archive size={16} aria-hidden />}
            onClick={() => archive.change(task, !task.isArchived)}
          >
            {task.isArchived ? 'Bring back from the archive' : 'Archive'}
          </Menu.Item>
        </Menu.Dropdown>
      </Menu>
      {asked === 'cancel' && <CancelDialog task={task} unfinished={unfinished} onClose={close} />}
      {asked === 'publish' && <PublishDialog task={task} attempt={attempt} onClose={close} />}
      {asked === 'apply' && <ApplyDialog task={task} attempt={attempt} onClose={close} />}
    </Group>
  );
}

/** Why it cannot is said below the title, too: a phone has no tooltips. */
function PublishButton({ task, onPublish }: { task: Task; onPublish: () => void }) {
  const why = task.mayPublish ? null : (task.mayNotPublishBecause ?? 'This cannot be published.');
  const label = pullRequestOf(task) ? 'Update pull request' : 'Open pull request';
  const button = (
    <Button
      leftSection={<GitPullRequest size={16} aria-hidden />}
      {...(why === null ? { onClick: onPublish } : { 'data-disabled': true, 'aria-disabled': true })}
    >
      {label}
    </Button>
  );
  return why === null ? button : <Tooltip label={why}>{button}</Tooltip>;
}

function CancelDialog({ task, unfinished, onClose }: { task: Task; unfinished: TaskAttempt[]; onClose: () => void }) {
  const cancel = useMutation(
    api.tasks.cancel.mutationOptions({
      onSuccess: () => {
        showDone('It is being stopped. What was logged and changed so far stays.');
        onClose();
      },
      onError: (error) => showFailure('It was not cancelled', error),
    }),
  );
  return (
    <ConfirmDialog
      isOpen
      title="Cancel this task?"
      confirmLabel={unfinished.length === 1 ? 'Cancel the attempt' : `Cancel ${unfinished.length} attempts`}
      isDestructive
      isBusy={cancel.isPending}
      onClose={onClose}
      onConfirm={() => cancel.mutate({ id: task.id })}
    >
      <p style={{ margin: 0 }}>
        {countOf(unfinished.length, 'attempt')} {unfinished.length === 1 ? 'stops' : 'stop'} within seconds. The log and
        what was changed so far stay; you can run it again.
      </p>
    </ConfirmDialog>
  );
}
