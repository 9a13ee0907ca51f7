import { Button, Group, Radio, Select, Stack, Text, TextInput } from '@mantine/core';
import { isNotEmpty, useForm } from '@mantine/form';
import { useMutation } from '@tanstack/react-query';
import { api } from '#console/api.ts';
import { describeFailure, fieldErrors } from '#console/failure.ts';
import { FailureNotice } from '#console/shell/FailureNotice.tsx';
import { CopyField } from '#console/ui/CopyField.tsx';
import { Dialog } from '#console/ui/Dialog.tsx';
import { Notice } from '#console/ui/Notice.tsx';
import type { AccessToken } from '#contract/identity.ts';
import { tokenKinds } from './token-kinds.ts';

const lifetimes = [
  { value: '7', label: '7 days' },
  { value: '30', label: '30 days' },
  { value: '60', label: '60 days' },
  { value: '90', label: '90 days' },
  { value: 'never', label: 'Does not end' },
];

export function CreateToken({ onClose }: { onClose: () => void }) {
  const form = useForm<{ kind: AccessToken['kind']; name: string; lifetime: string }>({
    initialValues: { kind: 'personal-access-token', name: '', lifetime: '90' },
    validate: { name: isNotEmpty('Name it after the machine or job that uses it.') },
  });
  const create = useMutation(
    api.identity.createAccessToken.mutationOptions({
      onError: (error) => form.setErrors(fieldErrors(describeFailure(error))),
    }),
  );
  if (create.data) return <TokenOnce name={create.data.accessToken.name} token={create.data.token} onClose={onClose} />;
  const submit = form.onSubmit(({ kind, name, lifetime }) =>
    create.mutate({ kind, name, expiresInDays: lifetime === 'never' ? null : Number(lifetime) }),
  );
  return (
    <Dialog opened onClose={onClose} title="Create an access token" size="lg">
      <form onSubmit={submit} noValidate>
        <Stack gap="md">
          {create.error && <FailureNotice what="No token was created" error={create.error} />}
          <TextInput
            label="Name"
            placeholder="CI on build-7"
            maxLength={100}
            data-autofocus
            {...form.getInputProps('name')}
          />
          <Radio.Group label="Kind" {...form.getInputProps('kind')}>
            <Stack gap={8} mt={4}>
              {Object.entries(tokenKinds).map(([value, { name, sentence }]) => (
                <Radio key={value} value={value} label={name} description={sentence} />
              ))}
            </Stack>
          </Radio.Group>
          <Select
            label="Ends after"
            allowDeselect={false}
            maw={240}
            data={lifetimes}
            {...form.getInputProps('lifetime')}
          />
          <Group justify="flex-end" gap={8}>
            <Button variant="default" onClick={onClose}>
              Cancel
            </Button>
            <Button type="submit" loading={create.isPending}>
              Create access token
            </Button>
          </Group>
        </Stack>
      </form>
    </Dialog>
  );
}

function TokenOnce({ name, token, onClose }: { name: string; token: string; onClose: () => void }) {
  return (
    <Dialog
      opened
      onClose={onClose}
      title={`${name} is created`}
      size="lg"
      closeOnClickOutside={false}
      closeOnEscape={false}
    >
      <Stack gap="md">
        <Notice tone="warn">
          <p>Copy it now: it is shown only here and only once.</p>
        </Notice>
        <CopyField label="Token" value={token} />
        <Text size="sm" c="dimmed">
          Keep it in a secret store. Connect a client shows how to use it in CI.
        </Text>
        <Group justify="flex-end">
          <Button onClick={onClose}>I have copied it</Button>
        </Group>
      </Stack>
    </Dialog>
  );
}
