import { Text } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { api } from '#console/api.ts';
import { FailureNotice } from '#console/shell/FailureNotice.tsx';
import { showDone } from '#console/shell/show-result.ts';
import { ConfirmDialog } from '#console/ui/ConfirmDialog.tsx';
import type { AccessToken } from '#contract/identity.ts';

export function RevokeToken({ token, onClose }: { token: AccessToken; onClose: () => void }) {
  const revoke = useMutation(
    api.identity.revokeAccessToken.mutationOptions({
      onSuccess: () => {
        showDone(`${token.name} is revoked.`);
        onClose();
      },
    }),
  );
  return (
    <ConfirmDialog
      isOpen
      title={`Revoke ${token.name}?`}
      confirmLabel="Revoke token"
      isDestructive
      isBusy={revoke.isPending}
      onClose={onClose}
      onConfirm={() => revoke.mutate({ id: token.id })}
    >
      {revoke.error && <FailureNotice what="The token still works" error={revoke.error} />}
      <Text>Whatever uses it is refused at its next request. This cannot be undone; create a new one instead.</Text>
    </ConfirmDialog>
  );
}
