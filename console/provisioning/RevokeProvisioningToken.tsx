import { Text } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { api } from '#console/api.ts';
import { FailureNotice } from '#console/shell/FailureNotice.tsx';
import { showDone } from '#console/shell/show-result.ts';
import { ConfirmDialog } from '#console/ui/ConfirmDialog.tsx';
import type { WorkspaceKey } from '#contract/keys.ts';

export function RevokeProvisioningToken({ token, onClose }: { token: WorkspaceKey; onClose: () => void }) {
  const revoke = useMutation(
    api.keys.revoke.mutationOptions({
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
      typeToConfirm={token.name}
      isDestructive
      isBusy={revoke.isPending}
      onClose={onClose}
      onConfirm={() => revoke.mutate({ id: token.id })}
    >
      {revoke.error && <FailureNotice what="The token still works" error={revoke.error} />}
      <Text>
        The provider is refused at its next request: nobody new arrives, and nobody who leaves is taken out. The people
        here stay as they are. This cannot be undone; make a new token instead.
      </Text>
    </ConfirmDialog>
  );
}
