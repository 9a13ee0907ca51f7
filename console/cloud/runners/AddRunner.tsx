import { Button, Group, Select, Stack, Text } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { type FormEvent, useState } from 'react';
import { api } from '#console/api.ts';
import { FailureNotice } from '#console/shell/FailureNotice.tsx';
import { CommandBlock } from '#console/ui/CommandBlock.tsx';
import { CopyField } from '#console/ui/CopyField.tsx';
import { Dialog } from '#console/ui/Dialog.tsx';
import { Notice } from '#console/ui/Notice.tsx';
import { RelativeTime } from '#console/ui/RelativeTime.tsx';
import { StatusBadge } from '#console/ui/StatusBadge.tsx';
import type { Runner } from '#contract/runners.ts';
import { LabelsInput } from './LabelsInput.tsx';

const lifetimes = [
  { value: '15', label: '15 minutes' },
  { value: '60', label: '1 hour' },
  { value: '480', label: '8 hours' },
  { value: '1440', label: '1 day' },
];

interface AddRunnerProps {
  /** As they are now: the new one shows when it has registered. */
  runners: Runner[];
  onClose: () => void;
}

/** Makes a token for one machine and says what to run there. */
export function AddRunner({ runners, onClose }: AddRunnerProps) {
  const [labels, setLabels] = useState<string[]>([]);
  const [minutes, setMinutes] = useState('60');
  const create = useMutation(api.runners.createToken.mutationOptions());
  if (create.data) return <TokenOnce made={create.data} runners={runners} onClose={onClose} />;
  const submit = (event: FormEvent) => {
    event.preventDefault();
    create.mutate({ labels, expiresInMinutes: Number(minutes) });
  };
  const known = [...new Set(runners.flatMap((runner) => runner.labels))];
  return (
    <Dialog opened onClose={onClose} title="Add a runner" size="lg">
      <form onSubmit={submit} noValidate>
        <Stack gap="md">
          {create.error && <FailureNotice what="No token was made" error={create.error} />}
          <Text>
            A runner needs a Linux machine with Docker or Podman and a way to this address. It registers itself with a
            token that is good for one machine.
          </Text>
          <LabelsInput
            value={labels}
            known={known}
            description="Say what is special about the machine. Environments may ask for labels; without any it takes every task."
            onChange={setLabels}
          />
          <Select
            label="The token is good for"
            allowDeselect={false}
            maw={240}
            data={lifetimes}
            value={minutes}
            onChange={(value) => setMinutes(value ?? '60')}
          />
          <Group justify="flex-end" gap={8}>
            <Button variant="default" onClick={onClose}>
              Cancel
            </Button>
            <Button type="submit" loading={create.isPending}>
              Make the token
            </Button>
          </Group>
        </Stack>
      </form>
    </Dialog>
  );
}

interface TokenOnceProps extends AddRunnerProps {
  made: { token: string; command: string; details: { expiresAt: string } };
}

function TokenOnce({ made: { token, command, details }, runners, onClose }: TokenOnceProps) {
  const [before] = useState(() => new Set(runners.map(({ id }) => id)));
  const registered = runners.find(({ id }) => !before.has(id));
  return (
    <Dialog
      opened
      onClose={onClose}
      title="Start it on the machine"
      size="lg"
      closeOnClickOutside={false}
      closeOnEscape={false}
    >
      <Stack gap="md">
        <Notice tone="warn">
          <p>Copy it now: the token is shown only here and only once.</p>
        </Notice>
        <CommandBlock label="Run this on the machine" text={command} />
        <CopyField label="The token alone" value={token} />
        <Text size="sm" c="dimmed">
          It registers one machine and ends <RelativeTime at={details.expiresAt} />. After that the runner has a secret
          of its own.
        </Text>
        <Group justify="space-between" gap={8}>
          <span role="status">
            {registered ? (
              <StatusBadge tone="ok">{registered.name} is registered</StatusBadge>
            ) : (
              <StatusBadge tone="quiet">Waiting for the machine</StatusBadge>
            )}
          </span>
          <Button onClick={onClose}>{registered ? 'Done' : 'I have copied it'}</Button>
        </Group>
      </Stack>
    </Dialog>
  );
}
