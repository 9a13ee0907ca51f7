import { Button, Group, Stack, TextInput } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { type FormEvent, useState } from 'react';
import { api } from '#console/api.ts';
import { Entry, EntryList } from '#console/identity/EntryList.tsx';
import { FailureNotice } from '#console/shell/FailureNotice.tsx';
import { showDone } from '#console/shell/show-result.ts';
import { Dialog } from '#console/ui/Dialog.tsx';
import { EmptyState } from '#console/ui/EmptyState.tsx';
import { RelativeTime } from '#console/ui/RelativeTime.tsx';
import type { Passkey } from '#contract/second-factor.ts';
import { RemoveFactor } from './RemoveFactor.tsx';

export function Passkeys({ passkeys }: { passkeys: readonly Passkey[] }) {
  const [renamed, setRenamed] = useState<Passkey | null>(null);
  const [removed, setRemoved] = useState<Passkey | null>(null);
  if (passkeys.length === 0) return <EmptyState>You have no passkey.</EmptyState>;
  return (
    <>
      <EntryList label="Passkeys">
        {passkeys.map((passkey) => (
          <Entry
            key={passkey.id}
            title={passkey.name}
            facts={[
              passkey.isBackedUp ? 'synchronised' : 'on one device',
              <span key="added">
                added <RelativeTime at={passkey.createdAt} />
              </span>,
              passkey.lastUsedAt ? (
                <span key="used">
                  used <RelativeTime at={passkey.lastUsedAt} />
                </span>
              ) : (
                'not used yet'
              ),
            ]}
            action={
              <Group gap={8} wrap="nowrap">
                <Button
                  variant="default"
                  size="xs"
                  aria-label={`Rename: ${passkey.name}`}
                  onClick={() => setRenamed(passkey)}
                >
                  Rename
                </Button>
                <Button
                  variant="default"
                  size="xs"
                  aria-label={`Remove: ${passkey.name}`}
                  onClick={() => setRemoved(passkey)}
                >
                  Remove
                </Button>
              </Group>
            }
          />
        ))}
      </EntryList>
      {renamed && <RenamePasskey passkey={renamed} onClose={() => setRenamed(null)} />}
      {removed && <RemoveFactor factor={{ method: 'passkey', ...removed }} onClose={() => setRemoved(null)} />}
    </>
  );
}

function RenamePasskey({ passkey, onClose }: { passkey: Passkey; onClose: () => void }) {
  const [name, setName] = useState(passkey.name);
  const rename = useMutation(
    api.secondFactor.renamePasskey.mutationOptions({
      onSuccess: () => {
        showDone('The passkey was renamed.');
        onClose();
      },
    }),
  );
  const isEmpty = name.trim() === '';
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (!isEmpty) rename.mutate({ id: passkey.id, name: name.trim() });
  };
  return (
    <Dialog opened onClose={onClose} title="Rename passkey">
      <form onSubmit={submit} noValidate>
        <Stack gap="md">
          {rename.error && <FailureNotice what="The passkey keeps its name" error={rename.error} />}
          <TextInput
            label="Name"
            maxLength={80}
            value={name}
            error={isEmpty && 'Name it after the machine or key it is on.'}
            data-autofocus
            onChange={(event) => setName(event.currentTarget.value)}
          />
          <Group justify="flex-end" gap={8}>
            <Button variant="default" onClick={onClose}>
              Cancel
            </Button>
            <Button type="submit" loading={rename.isPending} disabled={isEmpty}>
              Rename passkey
            </Button>
          </Group>
        </Stack>
      </form>
    </Dialog>
  );
}
