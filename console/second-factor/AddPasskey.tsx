import { Button, Group, Stack, Text, TextInput } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { type FormEvent, useState } from 'react';
import { client } from '#console/api.ts';
import { browserName } from '#console/identity/browser-name.ts';
import { ProofNotice } from './ProofNotice.tsx';
import { makePasskey } from './webauthn.ts';

interface AddPasskeyProps {
  onAdded: (recoveryCodes: string[]) => void;
  onCancel: () => void;
}

export function AddPasskey({ onAdded, onCancel }: AddPasskeyProps) {
  const [name, setName] = useState(browserName(navigator.userAgent));
  const [error, setError] = useState<string | null>(null);
  const add = useMutation({
    meta: { leavesPage: true },
    mutationFn: async (chosen: string) => {
      const { options } = await client.secondFactor.startPasskey({});
      return client.secondFactor.addPasskey({ name: chosen, answer: await makePasskey(options) });
    },
    onSuccess: ({ recoveryCodes }) => onAdded(recoveryCodes),
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (name.trim() === '') return setError('Name it after the machine or key it is on.');
    add.mutate(name.trim());
  };
  return (
    <form onSubmit={submit} noValidate>
      <Stack gap="md">
        {add.error && <ProofNotice what="No passkey was added" error={add.error} />}
        <Text>
          Your browser asks next for your fingerprint, face or PIN, or for a security key. It signs you in from then on,
          with or without your password.
        </Text>
        <TextInput
          label="Name"
          description="To tell it from your other ones."
          maxLength={80}
          maw={420}
          value={name}
          error={error}
          data-autofocus
          onChange={(event) => {
            setError(null);
            setName(event.currentTarget.value);
          }}
        />
        <Group gap={8}>
          <Button type="submit" loading={add.isPending}>
            Add passkey
          </Button>
          <Button variant="default" onClick={onCancel}>
            Cancel
          </Button>
        </Group>
      </Stack>
    </form>
  );
}
