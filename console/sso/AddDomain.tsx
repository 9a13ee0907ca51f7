import { Button, Group, Stack, TextInput } from '@mantine/core';
import { useForm } from '@mantine/form';
import { useMutation } from '@tanstack/react-query';
import { api } from '#console/api.ts';
import { describeFailure, fieldErrors } from '#console/failure.ts';
import { FailureNotice } from '#console/shell/FailureNotice.tsx';
import { Dialog } from '#console/ui/Dialog.tsx';
import { DnsRecord } from './DnsRecord.tsx';

const isDomain = /^(?!-)[\p{L}\p{N}-]{1,63}(\.[\p{L}\p{N}-]{1,63})+$/u;

export function AddDomain({ onClose }: { onClose: () => void }) {
  const form = useForm({
    initialValues: { domain: '' },
    validate: {
      domain: (domain) =>
        isDomain.test(domain.trim()) ? null : 'Write what stands behind the @, for example example.com.',
    },
  });
  const add = useMutation(
    api.sso.domains.add.mutationOptions({
      onError: (error) => form.setErrors(fieldErrors(describeFailure(error))),
    }),
  );
  if (add.data) {
    return (
      <Dialog opened onClose={onClose} title={`Prove that ${add.data.domain} is yours`} size="lg">
        <Stack gap="md">
          <DnsRecord domain={add.data} />
          <Group justify="flex-end">
            <Button onClick={onClose}>Done</Button>
          </Group>
        </Stack>
      </Dialog>
    );
  }
  return (
    <Dialog opened onClose={onClose} title="Add an e-mail domain">
      <form onSubmit={form.onSubmit(({ domain }) => add.mutate({ domain: domain.trim() }))} noValidate>
        <Stack gap="md">
          {add.error && <FailureNotice what="The domain was not added" error={add.error} />}
          <TextInput
            label="Domain"
            placeholder="example.com"
            description="What stands behind the @. Subdomains are domains of their own."
            spellCheck={false}
            autoCapitalize="none"
            data-autofocus
            {...form.getInputProps('domain')}
          />
          <Group justify="flex-end" gap={8}>
            <Button variant="default" onClick={onClose}>
              Cancel
            </Button>
            <Button type="submit" loading={add.isPending}>
              Add domain
            </Button>
          </Group>
        </Stack>
      </form>
    </Dialog>
  );
}
