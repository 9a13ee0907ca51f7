import { Text } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import type { z } from 'zod';
import { api } from '#console/api.ts';
import { FailureNotice } from '#console/shell/FailureNotice.tsx';
import { showDone } from '#console/shell/show-result.ts';
import { ConfirmDialog } from '#console/ui/ConfirmDialog.tsx';
import type { SsoSettings } from '#contract/sso.ts';

export function StopRequiring({ saved, onClose }: { saved: z.infer<typeof SsoSettings>; onClose: () => void }) {
  const stop = useMutation(
    api.sso.updateSettings.mutationOptions({
      onSuccess: () => {
        showDone('Single sign-on is not required any more.');
        onClose();
      },
    }),
  );
  return (
    <ConfirmDialog
      isOpen
      title="Stop requiring single sign-on?"
      confirmLabel="Stop requiring it"
      isDestructive
      isBusy={stop.isPending}
      onClose={onClose}
      onConfirm={() => stop.mutate({ ...saved, isRequired: false })}
    >
      {stop.error && <FailureNotice what="It is still required" error={stop.error} />}
      <Text>
        Whoever has a password or passkey here can sign in with it at once, also people who left the identity provider
        but are still active members. Sessions go on. You can require it again.
      </Text>
    </ConfirmDialog>
  );
}
