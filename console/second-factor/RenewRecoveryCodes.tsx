import { Button, Group, Stack, Text } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { api } from '#console/api.ts';
import { FailureNotice } from '#console/shell/FailureNotice.tsx';
import { ConfirmDialog } from '#console/ui/ConfirmDialog.tsx';
import { Dialog } from '#console/ui/Dialog.tsx';
import { RecoveryCodes } from './RecoveryCodes.tsx';

export function RenewRecoveryCodes({ onClose }: { onClose: () => void }) {
  const renew = useMutation(api.secondFactor.renewRecoveryCodes.mutationOptions());
  if (renew.data)
    return (
      <Dialog
        opened
        onClose={onClose}
        title="Your recovery codes"
        size="lg"
        closeOnClickOutside={false}
        closeOnEscape={false}
        withCloseButton={false}
      >
        <Stack gap="md">
          <RecoveryCodes codes={renew.data.recoveryCodes} />
          <Group justify="flex-end">
            <Button onClick={onClose}>I have kept them</Button>
          </Group>
        </Stack>
      </Dialog>
    );
  return (
    <ConfirmDialog
      isOpen
      title="Make new recovery codes?"
      confirmLabel="Make new codes"
      isBusy={renew.isPending}
      onClose={onClose}
      onConfirm={() => renew.mutate({})}
    >
      {renew.error && <FailureNotice what="Your old codes still work" error={renew.error} />}
      <Text>The ones you have now stop working at once.</Text>
    </ConfirmDialog>
  );
}
