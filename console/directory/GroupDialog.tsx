import { Button, Group as Row, Stack, Textarea, TextInput } from '@mantine/core';
import { isNotEmpty, useForm } from '@mantine/form';
import { useMutation } from '@tanstack/react-query';
import { api } from '#console/api.ts';
import { describeFailure, fieldErrors } from '#console/failure.ts';
import { FailureNotice } from '#console/shell/FailureNotice.tsx';
import { showDone } from '#console/shell/show-result.ts';
import { Dialog } from '#console/ui/Dialog.tsx';
import type { Group } from '#contract/directory.ts';

interface GroupDialogProps {
  /** Left out: a new group. */
  group?: Group;
  onClose: () => void;
  onSaved?: (group: Group) => void;
}

export function GroupDialog({ group, onClose, onSaved }: GroupDialogProps) {
  const form = useForm({
    initialValues: { name: group?.name ?? '', description: group?.description ?? '' },
    validate: { name: isNotEmpty('Give the group a name.') },
  });
  const outcome = {
    onSuccess: (saved: Group) => {
      showDone(group ? `${saved.name} was saved.` : `${saved.name} was created.`);
      onClose();
      onSaved?.(saved);
    },
    onError: (error: Error) => form.setErrors(fieldErrors(describeFailure(error))),
  };
  const create = useMutation(api.directory.groups.create.mutationOptions(outcome));
  const update = useMutation(api.directory.groups.update.mutationOptions(outcome));
  const save = form.onSubmit(({ name, description }) => {
    if (!group) create.mutate({ name, description });
    else update.mutate({ id: group.id, description, ...(group.source === 'manual' && { name }) });
  });
  const error = create.error ?? update.error;
  return (
    <Dialog opened onClose={onClose} title={group ? `Change ${group.name}` : 'Create a group'}>
      <form onSubmit={save} noValidate>
        <Stack gap="md">
          {error && <FailureNotice what="The group was not saved" error={error} />}
          <TextInput
            label="Name"
            description={group?.source === 'scim' ? 'Comes from your identity provider; change it there.' : undefined}
            maxLength={120}
            disabled={group?.source === 'scim'}
            data-autofocus
            {...form.getInputProps('name')}
          />
          <Textarea
            label="Description"
            description="Who belongs here? Shown where policies are assigned."
            autosize
            minRows={2}
            maxLength={500}
            {...form.getInputProps('description')}
          />
          <Row justify="flex-end" gap={8}>
            <Button variant="default" onClick={onClose}>
              Cancel
            </Button>
            <Button type="submit" loading={create.isPending || update.isPending}>
              {group ? 'Save' : 'Create group'}
            </Button>
          </Row>
        </Stack>
      </form>
    </Dialog>
  );
}
