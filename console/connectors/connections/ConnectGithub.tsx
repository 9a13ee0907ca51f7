import { Button, Checkbox, Group, Radio, Stack, Text, TextInput } from '@mantine/core';
import { useForm } from '@mantine/form';
import { useMutation } from '@tanstack/react-query';
import { api } from '#console/api.ts';
import { describeFailure, fieldErrors } from '#console/failure.ts';
import { useSession } from '#console/session.ts';
import { FailureNotice } from '#console/shell/FailureNotice.tsx';
import { Dialog } from '#console/ui/Dialog.tsx';
import { Notice } from '#console/ui/Notice.tsx';
import classes from '../Git.module.css';
import { appPermissions } from '../git-words.ts';
import { appNameFor, checkBaseUrl, checkOrganization } from './new-app.ts';

/** Makes a GitHub App by manifest: GitHub shows what it will be, and whoever owns the account confirms it there. */
export function ConnectGithub({ onClose }: { onClose: () => void }) {
  const { workspace } = useSession();
  const form = useForm({
    initialValues: {
      place: 'cloud' as 'cloud' | 'own',
      baseUrl: '',
      owner: 'organization' as 'organization' | 'person',
      organization: '',
      name: appNameFor(workspace.name),
      isPublic: false,
    },
    validate: {
      baseUrl: (url, { place }) => (place === 'cloud' ? null : checkBaseUrl(url)),
      organization: (login, { owner }) => (owner === 'person' ? null : checkOrganization(login)),
      name: (name) => (name.trim() === '' ? 'Give the app a name.' : null),
    },
  });
  const start = useMutation(
    api.git.startGithub.mutationOptions({
      onSuccess: ({ url }) => location.assign(url),
      onError: (error) => form.setErrors(fieldErrors(describeFailure(error))),
    }),
  );
  const { place, owner } = form.values;
  const send = form.onSubmit(({ baseUrl, organization, name, isPublic }) =>
    start.mutate({
      baseUrl: place === 'cloud' ? 'https://github.com' : baseUrl.trim(),
      organization: owner === 'organization' ? organization.trim() : null,
      name: name.trim(),
      isPublic,
    }),
  );
  return (
    <Dialog opened onClose={onClose} title="Connect GitHub" size="lg">
      <form onSubmit={send} noValidate>
        <Stack gap="md">
          {start.error && <FailureNotice what="The app was not begun" error={start.error} />}
          <Radio.Group label="Where" {...form.getInputProps('place')}>
            <Stack gap={8} mt={4}>
              <Radio value="cloud" label="github.com" />
              <Radio value="own" label="GitHub Enterprise Server, or an enterprise on ghe.com" />
            </Stack>
          </Radio.Group>
          {place === 'own' && (
            <TextInput
              label="Address"
              placeholder="https://github.example.com"
              spellCheck={false}
              autoCapitalize="none"
              {...form.getInputProps('baseUrl')}
            />
          )}
          <Radio.Group label="Who owns the app" {...form.getInputProps('owner')}>
            <Stack gap={8} mt={4}>
              <Radio value="organization" label="An organisation" />
              <Radio value="person" label="My own account there, to try it out" />
            </Stack>
          </Radio.Group>
          {owner === 'organization' && (
            <TextInput
              label="Organisation"
              description="Its name in the address: github.com/name."
              spellCheck={false}
              autoCapitalize="none"
              {...form.getInputProps('organization')}
            />
          )}
          <TextInput
            label="Name of the app"
            description="On pull requests it is who made the commit. No two apps on a GitHub have one name."
            maxLength={34}
            {...form.getInputProps('name')}
          />
          <Checkbox
            label="Other organisations may install it, too"
            description="Needed where your repositories are in several organisations. Strangers could install it then; their repositories are of no use until somebody here chooses them."
            {...form.getInputProps('isPublic', { type: 'checkbox' })}
          />
          <Needs />
          <Notice tone="info" title="An owner of the organisation has to do this">
            <p>
              Only owners make an app for their organisation and install it. With Enterprise Managed Users there is no
              way around it: until an owner has installed the app, members have no repositories to work in.
            </p>
          </Notice>
          <Group justify="flex-end" gap={8}>
            <Button variant="default" onClick={onClose}>
              Cancel
            </Button>
            <Button type="submit" loading={start.isPending || start.isSuccess}>
              Continue on GitHub
            </Button>
          </Group>
        </Stack>
      </form>
    </Dialog>
  );
}

function Needs() {
  return (
    <div>
      <Text size="sm" fw={600}>
        What the app is given
      </Text>
      <ul className={classes.needs}>
        {appPermissions.map(([permission, reason]) => (
          <li key={permission}>
            <strong>{permission}</strong>, {reason}
          </li>
        ))}
      </ul>
      <Text size="sm" c="dimmed" mt={4}>
        Each use gets a token of its own, for one repository, with the part of this it needs, for an hour at most.
      </Text>
    </div>
  );
}
