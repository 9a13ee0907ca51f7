import { Button, Group, Stack } from '@mantine/core';
import { useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { showDone } from '#console/shell/show-result.ts';
import { Dialog } from '#console/ui/Dialog.tsx';
import { AddPasskey } from './AddPasskey.tsx';
import { AddTotp } from './AddTotp.tsx';
import { RecoveryCodes } from './RecoveryCodes.tsx';

export type AddableFactor = 'passkey' | 'totp';

const titles: Record<AddableFactor, string> = { passkey: 'Add a passkey', totp: 'Add an authenticator app' };
const done: Record<AddableFactor, string> = {
  passkey: 'The passkey was added.',
  totp: 'The authenticator app was added.',
};

/** Adds one; with the first come recovery codes, which stay until they are kept. */
export function AddFactorDialog({ factor, onClose }: { factor: AddableFactor; onClose: () => void }) {
  const [codes, setCodes] = useState<string[] | null>(null);
  const queries = useQueryClient();
  const added = async (recoveryCodes: string[]) => {
    showDone(done[factor]);
    if (recoveryCodes.length > 0) setCodes(recoveryCodes);
    else onClose();
    await queries.invalidateQueries();
  };
  const Form = factor === 'passkey' ? AddPasskey : AddTotp;
  return (
    <Dialog
      opened
      onClose={onClose}
      title={codes ? 'Your recovery codes' : titles[factor]}
      size="lg"
      closeOnClickOutside={false}
      closeOnEscape={codes === null}
      withCloseButton={codes === null}
    >
      {codes ? (
        <Stack gap="md">
          <RecoveryCodes codes={codes} />
          <Group justify="flex-end">
            <Button onClick={onClose}>I have kept them</Button>
          </Group>
        </Stack>
      ) : (
        <Form onAdded={(recoveryCodes) => void added(recoveryCodes)} onCancel={onClose} />
      )}
    </Dialog>
  );
}
