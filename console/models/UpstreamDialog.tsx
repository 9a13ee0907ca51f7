import { Button, Checkbox, Group, PasswordInput, Stack, TextInput } from '@mantine/core';
import { useForm } from '@mantine/form';
import { useMutation } from '@tanstack/react-query';
import type { z } from 'zod';
import { api } from '#console/api.ts';
import { describeFailure, fieldErrors } from '#console/failure.ts';
import { FailureNotice } from '#console/shell/FailureNotice.tsx';
import { showDone } from '#console/shell/show-result.ts';
import { Dialog } from '#console/ui/Dialog.tsx';
import { type Upstream, UpstreamUrl } from '#contract/models.ts';
import { TestSteps } from './TestSteps.tsx';

interface UpstreamDialogProps {
  upstream: z.infer<typeof Upstream>;
  onClose: () => void;
}

export function UpstreamDialog({ upstream, onClose }: UpstreamDialogProps) {
  const form = useForm({
    initialValues: { baseUrl: upstream.baseUrl ?? '', apiKey: '', hasNoKey: false },
    validateInputOnBlur: true,
    validate: {
      baseUrl: (url) =>
        UpstreamUrl.safeParse(url.trim()).success ? null : 'Write an address, for example https://api.openai.com/v1',
    },
  });
  const { baseUrl, apiKey, hasNoKey } = form.values;
  const save = useMutation(
    api.models.setUpstream.mutationOptions({
      onSuccess: () => {
        showDone('The upstream was saved. The next model call uses it.');
        onClose();
      },
      onError: (error) => form.setErrors(fieldErrors(describeFailure(error))),
    }),
  );
  const test = useMutation(api.models.testUpstream.mutationOptions());
  const runTest = () => {
    if (!form.validate().hasErrors) test.mutate({ baseUrl: baseUrl.trim(), ...(apiKey && { apiKey }) });
  };
  const submit = form.onSubmit(() =>
    save.mutate({ baseUrl: baseUrl.trim(), ...(hasNoKey ? { apiKey: null } : apiKey && { apiKey }) }),
  );
  return (
    <Dialog opened onClose={onClose} title={upstream.baseUrl ? 'Change the upstream' : 'Set the upstream'} size="lg">
      <form onSubmit={submit} noValidate>
        <Stack gap="md">
          {save.error && <FailureNotice what="The upstream was not saved" error={save.error} />}
          <TextInput
            label="Address"
            description="Base of a Responses API; /responses is appended."
            placeholder="https://api.openai.com/v1"
            type="url"
            data-autofocus
            {...form.getInputProps('baseUrl')}
          />
          <PasswordInput
            label="API key"
            description={
              upstream.hasApiKey ? 'Leave empty to keep the stored one.' : 'Stored encrypted, never shown again.'
            }
            autoComplete="off"
            disabled={hasNoKey}
            visibilityToggleButtonProps={{ tabIndex: 0, 'aria-label': 'Show or hide the API key' }}
            {...form.getInputProps('apiKey')}
          />
          {upstream.hasApiKey && (
            <Checkbox
              label="This upstream needs no key: forget the stored one"
              {...form.getInputProps('hasNoKey', { type: 'checkbox' })}
            />
          )}
          {test.error && <FailureNotice what="The test could not run" error={test.error} />}
          {test.data && <TestSteps result={test.data} />}
          <Group justify="space-between" gap={8}>
            <Button variant="default" loading={test.isPending} onClick={runTest}>
              Test connection
            </Button>
            <Group gap={8}>
              <Button variant="default" onClick={onClose}>
                Cancel
              </Button>
              <Button type="submit" loading={save.isPending}>
                Save upstream
              </Button>
            </Group>
          </Group>
        </Stack>
      </form>
    </Dialog>
  );
}
