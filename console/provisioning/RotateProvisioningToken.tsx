import { Button, Group, Select, Stack, Text } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import { api } from '#console/api.ts';
import { FailureNotice } from '#console/shell/FailureNotice.tsx';
import { Dialog } from '#console/ui/Dialog.tsx';
import { countOf } from '#console/ui/figures.ts';
import type { WorkspaceKey } from '#contract/keys.ts';
import { TokenOnce } from './TokenOnce.tsx';

const overlaps = [
  { value: '0', label: 'ends at once' },
  { value: '24', label: 'works for 24 hours more' },
  { value: '168', label: 'works for 7 days more' },
];

const dayMs = 24 * 60 * 60 * 1000;

/** As long as the token before was meant to work. */
const daysOf = ({ expiresAt, createdAt, secrets }: WorkspaceKey): number => {
  const madeAt = secrets[0]?.createdAt ?? createdAt;
  return Math.max(1, Math.round((new Date(expiresAt).getTime() - new Date(madeAt).getTime()) / dayMs));
};

interface RotateProvisioningTokenProps {
  token: WorkspaceKey;
  /** How long the workspace lets a key work at most; it may have become less. */
  maxDays: number;
  onClose: () => void;
}

/** A new secret for the same token, while the provider still has the old one. */
export function RotateProvisioningToken({ token, maxDays, onClose }: RotateProvisioningTokenProps) {
  const [overlap, setOverlap] = useState('24');
  const expiresInDays = Math.min(daysOf(token), maxDays);
  const rotate = useMutation(api.keys.rotate.mutationOptions());
  if (rotate.data) {
    return <TokenOnce title={`${token.name} has a new token`} secret={rotate.data.secret} onClose={onClose} />;
  }
  return (
    <Dialog opened onClose={onClose} title={`Rotate ${token.name}?`}>
      <Stack gap="md">
        {rotate.error && <FailureNotice what="The token is as it was" error={rotate.error} />}
        <Text>
          It gets a new secret, shown once, that works for {countOf(expiresInDays, 'day')}. Give it to the provider
          before the old one ends.
        </Text>
        <Select
          label="The old one"
          allowDeselect={false}
          data={overlaps}
          value={overlap}
          onChange={(value) => setOverlap(value ?? '24')}
          data-autofocus
        />
        <Group justify="flex-end" gap={8}>
          <Button variant="default" onClick={onClose}>
            Cancel
          </Button>
          <Button
            loading={rotate.isPending}
            onClick={() => rotate.mutate({ id: token.id, overlapHours: Number(overlap), expiresInDays })}
          >
            Rotate token
          </Button>
        </Group>
      </Stack>
    </Dialog>
  );
}
