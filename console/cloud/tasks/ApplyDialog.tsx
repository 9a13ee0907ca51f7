import { Stack, Text } from '@mantine/core';
import { paths } from '#console/paths.ts';
import { TextLink } from '#console/shell/TextLink.tsx';
import { CommandBlock } from '#console/ui/CommandBlock.tsx';
import { Dialog } from '#console/ui/Dialog.tsx';
import type { Task, TaskAttempt } from '#contract/tasks.ts';

interface ApplyDialogProps {
  task: Task;
  attempt: TaskAttempt;
  onClose: () => void;
}

/** How the changes come into a working copy with the stock client. */
export function ApplyDialog({ task, attempt, onClose }: ApplyDialogProps) {
  const which = attempt.placement === 0 ? '' : ` --attempt ${attempt.placement + 1}`;
  return (
    <Dialog opened onClose={onClose} size="lg" title="Apply on your machine">
      <Stack gap="md">
        <Text>
          In a clean working copy of <b>{task.repository}</b>, on {task.branch}, with a Codex client that is connected
          to this workspace.
        </Text>
        {which === '' && <CommandBlock label="Apply the changes" text={`codex apply ${task.id}`} />}
        <CommandBlock
          label={which === '' ? 'Or with codex cloud' : 'Apply the changes'}
          text={`codex cloud diff ${task.id}${which}\ncodex cloud apply ${task.id}${which}`}
        />
        <Text size="sm" c="dimmed">
          <code>codex cloud</code> asks a fixed address of the vendor.{' '}
          <TextLink to={paths.connect} search={{ for: 'proxy' }} inherit>
            How it reaches this workspace
          </TextLink>
        </Text>
      </Stack>
    </Dialog>
  );
}
