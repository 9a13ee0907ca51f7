import { Button, Group, Stack, Textarea, TextInput } from '@mantine/core';
import { isNotEmpty, useForm } from '@mantine/form';
import { useMutation } from '@tanstack/react-query';
import { api } from '#console/api.ts';
import { describeFailure, fieldErrors } from '#console/failure.ts';
import { FailureNotice } from '#console/shell/FailureNotice.tsx';
import { showDone } from '#console/shell/show-result.ts';
import { Dialog } from '#console/ui/Dialog.tsx';
import type { WorkspaceKey } from '#contract/keys.ts';
import { readAddresses } from './read-addresses.ts';

export function ChangeKey({ workspaceKey: key, onClose }: { workspaceKey: WorkspaceKey; onClose: () => void }) {
  const form = useForm({
    initialValues: { name: key.name, addresses: key.allowedIps.join('\n') },
    validate: { name: isNotEmpty('Name it after the program that uses it.') },
  });
  const change = useMutation(
    api.keys.update.mutationOptions({
      onSuccess: ({ name }) => {
        showDone(`${name} is changed.`);
        onClose();
      },
      onError: (error) => {
        const { allowedIps, ...others } = fieldErrors(describeFailure(error));
        form.setErrors({ ...others, ...(allowedIps && { addresses: allowedIps }) });
      },
    }),
  );
  const submit = form.onSubmit(({ name, addresses }) =>
    change.mutate({ id: key.id, name, allowedIps: readAddresses(addresses) }),
  );
  return (
    <Dialog opened onClose={onClose} title={`Change ${key.name}`}>
      <form onSubmit={submit} noValidate>
        <Stack gap="md">
          {change.error && <FailureNotice what="The key was not changed" error={change.error} />}
          <TextInput label="Name" maxLength={100} data-autofocus {...form.getInputProps('name')} />
          <Textarea
            label="Works from these addresses"
            description="One address or network in each line. Empty: from anywhere. Calls from elsewhere are refused at once."
            autosize
            minRows={2}
            {...form.getInputProps('addresses')}
          />
          <Group justify="flex-end" gap={8}>
            <Button variant="default" onClick={onClose}>
              Cancel
            </Button>
            <Button type="submit" loading={change.isPending}>
              Change key
            </Button>
          </Group>
        </Stack>
      </form>
    </Dialog>
  );
}
