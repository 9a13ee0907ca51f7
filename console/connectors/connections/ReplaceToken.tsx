import { Button, Group, PasswordInput, Stack, Text, TextInput } from '@mantine/core';
import { useForm } from '@mantine/form';
import { useMutation } from '@tanstack/react-query';
import { api } from '#console/api.ts';
import { describeFailure, fieldErrors } from '#console/failure.ts';
import { FailureNotice } from '#console/shell/FailureNotice.tsx';
import { showDone } from '#console/shell/show-result.ts';
import { Dialog } from '#console/ui/Dialog.tsx';
import type { GitConnection } from '#contract/git-servers.ts';

/** Tokens end; environments that use the repository stay as they are. */
export function ReplaceToken({ connection, onClose }: { connection: GitConnection; onClose: () => void }) {
  const { id, name } = connection;
  const form = useForm({
    initialValues: { username: '', token: '' },
    validate: { token: (token) => (token === '' ? 'A deploy token is needed.' : null) },
  });
  const replace = useMutation(
    api.git.replaceToken.mutationOptions({
      onSuccess: () => {
        showDone(`${name} has its new token.`);
        onClose();
      },
      onError: (error) => form.setErrors(fieldErrors(describeFailure(error))),
    }),
  );
  const send = form.onSubmit(({ username, token }) =>
    replace.mutate({ id, token, ...(username.trim() !== '' && { username: username.trim() }) }),
  );
  return (
    <Dialog opened onClose={onClose} title={`Replace the token of ${name}`}>
      <form onSubmit={send} noValidate>
        <Stack gap="md">
          {replace.error && <FailureNotice what="The old token stays" error={replace.error} />}
          <Text size="sm">
            The new token is tried on the repository first. The old one stays good on the git server until it is revoked
            there.
          </Text>
          <PasswordInput label="Deploy token" autoComplete="off" data-autofocus {...form.getInputProps('token')} />
          <TextInput
            label="User name"
            description="Left empty, it stays as it is."
            spellCheck={false}
            autoCapitalize="none"
            autoComplete="off"
            {...form.getInputProps('username')}
          />
          <Group justify="flex-end" gap={8}>
            <Button variant="default" onClick={onClose}>
              Cancel
            </Button>
            <Button type="submit" loading={replace.isPending}>
              Replace token
            </Button>
          </Group>
        </Stack>
      </form>
    </Dialog>
  );
}
