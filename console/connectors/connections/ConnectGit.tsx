import { Button, Group, PasswordInput, Stack, TextInput } from '@mantine/core';
import { useForm } from '@mantine/form';
import { useMutation } from '@tanstack/react-query';
import { api } from '#console/api.ts';
import { describeFailure, fieldErrors } from '#console/failure.ts';
import { FailureNotice } from '#console/shell/FailureNotice.tsx';
import { showDone } from '#console/shell/show-result.ts';
import { Dialog } from '#console/ui/Dialog.tsx';
import { Notice } from '#console/ui/Notice.tsx';
import { checkBaseUrl } from './new-app.ts';

/** One repository of GitLab, Gitea, Bitbucket, or whatever else speaks git over HTTPS. */
export function ConnectGit({ onClose }: { onClose: () => void }) {
  const form = useForm({
    initialValues: { name: '', url: '', username: 'reeve', token: '', defaultBranch: '' },
    validate: {
      name: (name) => (name.trim() === '' ? 'Give the connection a name.' : null),
      url: checkBaseUrl,
      token: (token) => (token === '' ? 'A deploy token is needed.' : null),
    },
  });
  const connect = useMutation(
    api.git.connectGit.mutationOptions({
      onSuccess: ({ name }) => {
        showDone(`${name} is connected. Environments may use it.`);
        onClose();
      },
      onError: (error) => form.setErrors(fieldErrors(describeFailure(error))),
    }),
  );
  const send = form.onSubmit(({ name, url, username, token, defaultBranch }) =>
    connect.mutate({
      name: name.trim(),
      url: url.trim(),
      username: username.trim(),
      token,
      ...(defaultBranch.trim() !== '' && { defaultBranch: defaultBranch.trim() }),
    }),
  );
  return (
    <Dialog opened onClose={onClose} title="Connect another git server" size="lg">
      <form onSubmit={send} noValidate>
        <Stack gap="md">
          {connect.error && <FailureNotice what="The repository was not connected" error={connect.error} />}
          <TextInput
            label="Name"
            description="For people here."
            placeholder="Payments on GitLab"
            data-autofocus
            {...form.getInputProps('name')}
          />
          <TextInput
            label="Address of the repository"
            description="As one clones it over HTTPS."
            placeholder="https://gitlab.example.com/payments/api.git"
            spellCheck={false}
            autoCapitalize="none"
            {...form.getInputProps('url')}
          />
          <Group grow align="flex-start">
            <TextInput
              label="User name"
              description="Many servers take any."
              spellCheck={false}
              autoCapitalize="none"
              autoComplete="off"
              {...form.getInputProps('username')}
            />
            <PasswordInput
              label="Deploy token"
              description="Kept sealed."
              autoComplete="off"
              {...form.getInputProps('token')}
            />
          </Group>
          <TextInput
            label="Default branch"
            description="Left empty, the server is asked."
            spellCheck={false}
            autoCapitalize="none"
            {...form.getInputProps('defaultBranch')}
          />
          <Notice tone="info" title="What a deploy token cannot do">
            <p>
              It stands for nobody: Reeve cannot ask this server what a member may do, so whoever may use an environment
              with this repository may do there what the token may. Give it one repository and no more than reading and
              pushing. Branches are pushed; pull requests are opened by hand.
            </p>
          </Notice>
          <Group justify="flex-end" gap={8}>
            <Button variant="default" onClick={onClose}>
              Cancel
            </Button>
            <Button type="submit" loading={connect.isPending}>
              Connect repository
            </Button>
          </Group>
        </Stack>
      </form>
    </Dialog>
  );
}
