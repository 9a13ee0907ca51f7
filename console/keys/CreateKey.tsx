import { Button, Group, Select, Stack, Textarea, TextInput } from '@mantine/core';
import { isNotEmpty, useForm } from '@mantine/form';
import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import { api } from '#console/api.ts';
import { describeFailure, fieldErrors } from '#console/failure.ts';
import { FailureNotice } from '#console/shell/FailureNotice.tsx';
import { Dialog } from '#console/ui/Dialog.tsx';
import { lifetimeOptions, usualLifetime } from '#console/ui/lifetime-options.ts';
import type { KeyScope } from '#contract/key-scopes.ts';
import { KeyOnce } from './KeyOnce.tsx';
import { readAddresses } from './read-addresses.ts';
import { ScopeChoice } from './ScopeChoice.tsx';

interface Draft {
  name: string;
  scopes: KeyScope[];
  addresses: string;
  lifetime: string;
}

export function CreateKey({ maxDays, onClose }: { maxDays: number; onClose: () => void }) {
  const [mayChangeThings, setMayChangeThings] = useState(false);
  const form = useForm<Draft>({
    initialValues: { name: '', scopes: [], addresses: '', lifetime: usualLifetime(maxDays) },
    validate: {
      name: isNotEmpty('Name it after the program that uses it.'),
      scopes: (scopes) => (scopes.length === 0 ? 'Choose at least one thing it may do.' : null),
    },
  });
  const create = useMutation(
    api.keys.create.mutationOptions({
      onError: (error) => {
        const { allowedIps, expiresInDays, ...others } = fieldErrors(describeFailure(error));
        form.setErrors({
          ...others,
          ...(allowedIps && { addresses: allowedIps }),
          ...(expiresInDays && { lifetime: expiresInDays }),
        });
      },
    }),
  );
  if (create.data) return <KeyOnce made={create.data} title={`${create.data.key.name} is created`} onClose={onClose} />;
  const submit = form.onSubmit(({ name, scopes, addresses, lifetime }) =>
    create.mutate({ name, scopes, allowedIps: readAddresses(addresses), expiresInDays: Number(lifetime) }),
  );
  return (
    <Dialog opened onClose={onClose} title="Create an API key" size="lg">
      <form onSubmit={submit} noValidate>
        <Stack gap="md">
          {create.error && <FailureNotice what="No key was created" error={create.error} />}
          <TextInput
            label="Name"
            placeholder="SIEM export"
            maxLength={100}
            data-autofocus
            {...form.getInputProps('name')}
          />
          <ScopeChoice
            value={form.values.scopes}
            onChange={(scopes) => form.setFieldValue('scopes', scopes)}
            mayChangeThings={mayChangeThings}
            onMayChangeThings={setMayChangeThings}
            error={typeof form.errors.scopes === 'string' ? form.errors.scopes : undefined}
          />
          <Textarea
            label="Works from these addresses"
            description="One address or network in each line, for example 192.0.2.0/24 or 2001:db8::/32. Empty: from anywhere."
            autosize
            minRows={2}
            {...form.getInputProps('addresses')}
          />
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
              Create API key
            </Button>
          </Group>
        </Stack>
      </form>
    </Dialog>
  );
}
