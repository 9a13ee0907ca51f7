import { Button, Group, Select, Stack, TextInput } from '@mantine/core';
import { isNotEmpty, useForm } from '@mantine/form';
import { useMutation } from '@tanstack/react-query';
import { api } from '#console/api.ts';
import { describeFailure, fieldErrors } from '#console/failure.ts';
import { FailureNotice } from '#console/shell/FailureNotice.tsx';
import { Dialog } from '#console/ui/Dialog.tsx';
import { TokenOnce } from './TokenOnce.tsx';

const lifetimes = [30, 90, 180, 365, 730];

interface CreateProvisioningTokenProps {
  /** How long the workspace lets a key work at most. */
  maxDays: number;
  onClose: () => void;
}

export function CreateProvisioningToken({ maxDays, onClose }: CreateProvisioningTokenProps) {
  const offered = lifetimes.filter((days) => days <= maxDays);
  const choices = offered.length > 0 ? offered : [maxDays];
  const form = useForm({
    initialValues: { name: '', days: String(choices.findLast((days) => days <= 365) ?? choices[0]) },
    validate: { name: isNotEmpty('Name it after the provider that uses it, for example Okta.') },
  });
  const create = useMutation(
    api.keys.create.mutationOptions({ onError: (error) => form.setErrors(fieldErrors(describeFailure(error))) }),
  );
  if (create.data) {
    return <TokenOnce title={`${create.data.key.name} is made`} secret={create.data.secret} onClose={onClose} />;
  }
  const submit = form.onSubmit(({ name, days }) =>
    create.mutate({ name: name.trim(), scopes: ['scim'], expiresInDays: Number(days) }),
  );
  return (
    <Dialog opened onClose={onClose} title="Make a token">
      <form onSubmit={submit} noValidate>
        <Stack gap="md">
          {create.error && <FailureNotice what="No token was made" error={create.error} />}
          <TextInput label="Name" placeholder="Okta" maxLength={100} data-autofocus {...form.getInputProps('name')} />
          <Select
            label="Ends after"
            description="Provisioning stops then, so rotate it before."
            allowDeselect={false}
            data={choices.map((days) => ({ value: String(days), label: `${days} days` }))}
            {...form.getInputProps('days')}
          />
          <Group justify="flex-end" gap={8}>
            <Button variant="default" onClick={onClose}>
              Cancel
            </Button>
            <Button type="submit" loading={create.isPending}>
              Make token
            </Button>
          </Group>
        </Stack>
      </form>
    </Dialog>
  );
}
