import { Select, Stack, Text } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import { api } from '#console/api.ts';
import { FailureNotice } from '#console/shell/FailureNotice.tsx';
import { ConfirmDialog } from '#console/ui/ConfirmDialog.tsx';
import { lifetimeOptions, usualLifetime } from '#console/ui/lifetime-options.ts';
import type { WorkspaceKey } from '#contract/keys.ts';
import { KeyOnce } from './KeyOnce.tsx';

const overlaps = [
  { value: '0', label: 'It ends at once' },
  { value: '1', label: '1 hour' },
  { value: '24', label: '1 day' },
  { value: '72', label: '3 days' },
  { value: '168', label: '7 days' },
];

interface RotateKeyProps {
  workspaceKey: WorkspaceKey;
  maxDays: number;
  onClose: () => void;
}

export function RotateKey({ workspaceKey: key, maxDays, onClose }: RotateKeyProps) {
  const [overlap, setOverlap] = useState('24');
  const [lifetime, setLifetime] = useState(usualLifetime(maxDays));
  const rotate = useMutation(api.keys.rotate.mutationOptions());
  if (rotate.data) return <KeyOnce made={rotate.data} title={`${key.name} has a new secret`} onClose={onClose} />;
  const isExpired = key.state === 'expired';
  return (
    <ConfirmDialog
      isOpen
      title={`Rotate ${key.name}?`}
      confirmLabel="Make a new secret"
      isBusy={rotate.isPending}
      onClose={onClose}
      onConfirm={() => rotate.mutate({ id: key.id, overlapHours: Number(overlap), expiresInDays: Number(lifetime) })}
    >
      {rotate.error && <FailureNotice what="The key was not rotated" error={rotate.error} />}
      <Text>
        It keeps its name, its scopes and its addresses and gets a new secret, shown once.
        {isExpired
          ? ' It has expired, so its former secret does not come back.'
          : ' Replace the former one where it is used while both work.'}
      </Text>
      <Stack gap="md">
        {!isExpired && (
          <Select
            label="The former secret works on for"
            allowDeselect={false}
            data={overlaps}
            value={overlap}
            onChange={(value) => setOverlap(value ?? '24')}
          />
        )}
        <Select
          label="The key ends after"
          allowDeselect={false}
          data={lifetimeOptions(maxDays)}
          value={lifetime}
          onChange={(value) => setLifetime(value ?? usualLifetime(maxDays))}
        />
      </Stack>
    </ConfirmDialog>
  );
}
