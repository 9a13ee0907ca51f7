import { Button, Group, PasswordInput, Select, Stack, Text, Textarea } from '@mantine/core';
import { useForm } from '@mantine/form';
import { useMutation } from '@tanstack/react-query';
import { api } from '#console/api.ts';
import { describeFailure, fieldErrors } from '#console/failure.ts';
import { FailureNotice } from '#console/shell/FailureNotice.tsx';
import { showDone } from '#console/shell/show-result.ts';
import { Dialog } from '#console/ui/Dialog.tsx';
import type { GitConnection } from '#contract/git-servers.ts';
import { ExternalLink } from '../ExternalLink.tsx';

const graces = [
  { value: '0', label: 'Not at all' },
  { value: '1', label: 'For an hour' },
  { value: '24', label: 'For a day' },
  { value: '168', label: 'For a week' },
];

/** Keys and secrets that were renewed on GitHub, given to the connection that uses them. */
export function ReplaceSecrets({ connection, onClose }: { connection: GitConnection; onClose: () => void }) {
  const { id, name, appUrl } = connection;
  const form = useForm({
    initialValues: { privateKey: '', clientSecret: '', webhookSecret: '', formerSecretHours: '24' },
    validate: {
      privateKey: (key, { clientSecret, webhookSecret }) =>
        key.trim() === '' && clientSecret.trim() === '' && webhookSecret === ''
          ? 'Give at least one of the three.'
          : null,
    },
  });
  const replace = useMutation(
    api.git.replaceSecrets.mutationOptions({
      onSuccess: () => {
        showDone(`${name} has its renewed secrets.`);
        onClose();
      },
      onError: (error) => form.setErrors(fieldErrors(describeFailure(error))),
    }),
  );
  const send = form.onSubmit(({ privateKey, clientSecret, webhookSecret, formerSecretHours }) =>
    replace.mutate({
      id,
      ...(privateKey.trim() !== '' && { privateKey: privateKey.trim() }),
      ...(clientSecret.trim() !== '' && { clientSecret: clientSecret.trim() }),
      ...(webhookSecret !== '' && { webhookSecret, formerSecretHours: Number(formerSecretHours) }),
    }),
  );
  const hasHooks = connection.webhook !== null;
  return (
    <Dialog opened onClose={onClose} title={`Renew the secrets of ${name}`} size="lg">
      <form onSubmit={send} noValidate>
        <Stack gap="md">
          {replace.error && <FailureNotice what="The old secrets stay" error={replace.error} />}
          <Text size="sm">
            Make new ones in the settings of{' '}
            {appUrl ? (
              <ExternalLink href={appUrl} isInText>
                the app on GitHub
              </ExternalLink>
            ) : (
              'the app on GitHub'
            )}{' '}
            and give here what changed; what is left empty stays. Reeve tries the key and the client secret on GitHub
            before they take the place of the old ones. Delete the old ones there afterwards.
          </Text>
          <Textarea
            label="Private key"
            description="The whole .pem file that GitHub made."
            placeholder="-----BEGIN RSA PRIVATE KEY-----"
            autosize
            minRows={3}
            maxRows={8}
            spellCheck={false}
            autoComplete="off"
            data-autofocus
            {...form.getInputProps('privateKey')}
          />
          <PasswordInput
            label="Client secret"
            description="For linking accounts of members."
            autoComplete="off"
            {...form.getInputProps('clientSecret')}
          />
          {hasHooks && (
            <>
              <PasswordInput
                label="Webhook secret"
                description="It cannot be tried: the next delivery shows whether GitHub has the same."
                autoComplete="off"
                {...form.getInputProps('webhookSecret')}
              />
              {form.values.webhookSecret !== '' && (
                <Select
                  label="Deliveries signed with the former secret are taken as well"
                  description="Until GitHub has the new one, and for what is under way."
                  allowDeselect={false}
                  data={graces}
                  {...form.getInputProps('formerSecretHours')}
                />
              )}
            </>
          )}
          <Group justify="flex-end" gap={8}>
            <Button variant="default" onClick={onClose}>
              Cancel
            </Button>
            <Button type="submit" loading={replace.isPending}>
              Renew secrets
            </Button>
          </Group>
        </Stack>
      </form>
    </Dialog>
  );
}
