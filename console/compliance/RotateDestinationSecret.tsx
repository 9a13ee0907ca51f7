import { Select, Text } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import { api } from '#console/api.ts';
import { FailureNotice } from '#console/shell/FailureNotice.tsx';
import { ConfirmDialog } from '#console/ui/ConfirmDialog.tsx';
import type { Destination } from '#contract/compliance-destinations.ts';
import { SecretOnce } from './SecretOnce.tsx';

const overlaps = [
  { value: '24', label: 'a day' },
  { value: '168', label: 'a week' },
  { value: '1', label: 'an hour' },
  { value: '0', label: 'not at all: it ends now' },
];

export function RotateDestinationSecret({ destination, onClose }: { destination: Destination; onClose: () => void }) {
  const [overlap, setOverlap] = useState('24');
  const rotate = useMutation(api.compliance.rotateDestinationSecret.mutationOptions());
  if (rotate.data?.secret)
    return (
      <SecretOnce title={`${destination.name} has a new secret`} secret={rotate.data.secret} onClose={onClose}>
        {overlap !== '0' && 'Until the former secret ends, batches carry both signatures.'}
      </SecretOnce>
    );
  return (
    <ConfirmDialog
      isOpen
      title={`Give ${destination.name} a new secret?`}
      confirmLabel="Rotate secret"
      isBusy={rotate.isPending}
      onClose={onClose}
      onConfirm={() => rotate.mutate({ id: destination.id, overlapHours: Number(overlap) })}
    >
      {rotate.error && <FailureNotice what="The secret was not changed" error={rotate.error} />}
      <Text>The new secret is shown once. Give it to the receiver before the former one ends.</Text>
      <Select
        label="The former secret goes on signing for"
        allowDeselect={false}
        data={overlaps}
        value={overlap}
        onChange={(value) => setOverlap(value ?? '24')}
      />
    </ConfirmDialog>
  );
}
