import { Button, Checkbox, Group, Stack, Text, Textarea, TextInput } from '@mantine/core';
import { useForm } from '@mantine/form';
import { useMutation } from '@tanstack/react-query';
import { api } from '#console/api.ts';
import { describeFailure, fieldErrors } from '#console/failure.ts';
import { showDone } from '#console/shell/show-result.ts';
import { Dialog } from '#console/ui/Dialog.tsx';
import type { PullRequest, Task, TaskAttempt } from '#contract/tasks.ts';
import { ChangedLines } from '../ChangedLines.tsx';
import { pullRequestName } from '../PullRequestBadge.tsx';
import { attemptName } from '../task-words.ts';
import { PublishFailure } from './PublishFailure.tsx';
import { pullRequestOf } from './pull-request-of.ts';

interface PublishDialogProps {
  task: Task;
  attempt: TaskAttempt;
  onClose: () => void;
}

/** What was pushed where, in one sentence. */
const sayPublished = (pullRequest: PullRequest, wasThere: boolean) =>
  pullRequest.number === null
    ? `${pullRequest.branch} was pushed.`
    : `Pull request ${pullRequestName(pullRequest)} is ${wasThere ? 'up to date' : 'open'}.`;

/** Opens a pull request with what an attempt changed, or brings the one there is up to date. */
export function PublishDialog({ task, attempt, onClose }: PublishDialogProps) {
  const existing = pullRequestOf(task);
  const form = useForm({
    initialValues: {
      title: existing ? '' : task.title.slice(0, 250),
      body: attempt.answer ?? '',
      branch: '',
      isDraft: false,
    },
  });
  const publish = useMutation(
    api.tasks.publish.mutationOptions({
      onSuccess: (pullRequest) => {
        showDone(sayPublished(pullRequest, existing !== null));
        onClose();
      },
      onError: (error) => form.setErrors(fieldErrors(describeFailure(error))),
    }),
  );
  const submit = form.onSubmit(({ title, body, branch, isDraft }) =>
    publish.mutate({
      id: task.id,
      attemptId: attempt.id,
      ...(title.trim() !== '' && { title: title.trim() }),
      ...(existing === null && { isDraft }),
      // Left as it was it is written by Reeve, with a link to the task.
      ...(existing === null && body !== (attempt.answer ?? '') && { body }),
      ...(existing === null && branch.trim() !== '' && { branch: branch.trim() }),
    }),
  );
  const label = existing ? 'Update the pull request' : 'Open the pull request';
  return (
    <Dialog
      opened
      size="lg"
      onClose={() => !publish.isPending && onClose()}
      closeOnClickOutside={!publish.isPending}
      title={existing ? `Update ${pullRequestName(existing)}` : 'Open a pull request'}
    >
      <form onSubmit={submit} noValidate>
        <Stack gap="md">
          {publish.error && <PublishFailure error={publish.error} />}
          <Text>
            {task.turns.length > 1 || task.attempts > 1 ? `${attemptName(attempt)} ` : ''}
            <ChangedLines stats={attempt.stats} /> goes to <b>{task.repository}</b>
            {existing
              ? ` on ${existing.branch}. What was pushed there before is replaced.`
              : `, to be merged into ${task.branch}.`}{' '}
            You are its author.
          </Text>
          <TextInput
            label={existing ? 'Title, if it shall change' : 'Title'}
            maxLength={250}
            data-autofocus
            {...form.getInputProps('title')}
          />
          {existing === null && (
            <>
              <Textarea
                label="Description"
                autosize
                minRows={4}
                maxRows={14}
                maxLength={60_000}
                {...form.getInputProps('body')}
              />
              <TextInput
                label="Branch"
                description="A new one, named after the task, when left empty."
                maxLength={250}
                {...form.getInputProps('branch')}
              />
              <Checkbox label="As a draft" {...form.getInputProps('isDraft', { type: 'checkbox' })} />
            </>
          )}
          <Group justify="flex-end" gap={8}>
            <Button variant="default" onClick={onClose} disabled={publish.isPending}>
              Cancel
            </Button>
            <Button type="submit" loading={publish.isPending}>
              {label}
            </Button>
          </Group>
        </Stack>
      </form>
    </Dialog>
  );
}
