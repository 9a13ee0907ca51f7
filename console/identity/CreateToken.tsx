import { Button, Checkbox, Group, Radio, Select, Stack, Text, TextInput } from '@mantine/core';
import { isNotEmpty, useForm } from '@mantine/form';
import { useMutation } from '@tanstack/react-query';
import { api } from '#console/api.ts';
import { describeFailure, fieldErrors } from '#console/failure.ts';
import { FailureNotice } from '#console/shell/FailureNotice.tsx';
import { CopyField } from '#console/ui/CopyField.tsx';
import { Dialog } from '#console/ui/Dialog.tsx';
import { lifetimeOptions, usualLifetime } from '#console/ui/lifetime-options.ts';
import { Notice } from '#console/ui/Notice.tsx';
import type { AccessToken } from '#contract/identity.ts';
import { type TokenScope, tokenScopes } from '#contract/token-scopes.ts';
import { tokenKinds } from './token-kinds.ts';

interface Draft {
  kind: AccessToken['kind'];
  name: string;
  mayCallModels: boolean;
  lifetime: string;
}

export function CreateToken({ maxDays, onClose }: { maxDays: number; onClose: () => void }) {
  const form = useForm<Draft>({
    initialValues: {
      kind: 'personal-access-token',
      name: '',
      mayCallModels: true,
      lifetime: usualLifetime(maxDays),
    },
    validate: { name: isNotEmpty('Name it after the machine or job that uses it.') },
  });
  const create = useMutation(
    api.identity.createAccessToken.mutationOptions({
      onError: (error) => {
        const { expiresInDays, ...others } = fieldErrors(describeFailure(error));
        form.setErrors({ ...others, ...(expiresInDays && { lifetime: expiresInDays }) });
      },
    }),
  );
  if (create.data) return <TokenOnce name={create.data.accessToken.name} token={create.data.token} onClose={onClose} />;
  const isForClient = form.values.kind === 'personal-access-token';
  const submit = form.onSubmit(({ kind, name, mayCallModels, lifetime }) => {
    const isPolicyOnly = kind === 'personal-access-token' && !mayCallModels;
    const scopes: TokenScope[] = isPolicyOnly ? ['policy.read'] : ['policy.read', 'models.call'];
    create.mutate({ kind, name, scopes, expiresInDays: Number(lifetime) });
  });
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
          {isForClient && (
            <div>
              <Text size="sm" fw={500} mb={4}>
                What it may do
              </Text>
              <Stack gap={8}>
                <Checkbox
                  checked
                  disabled
                  readOnly
                  label={tokenScopes['policy.read'].label}
                  description={tokenScopes['policy.read'].sentence}
                />
                <Checkbox
                  label={tokenScopes['models.call'].label}
                  description={tokenScopes['models.call'].sentence}
                  {...form.getInputProps('mayCallModels', { type: 'checkbox' })}
                />
              </Stack>
            </div>
          )}
          <Select
            label="Ends after"
            allowDeselect={false}
            maw={280}
            data={lifetimeOptions(maxDays)}
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
