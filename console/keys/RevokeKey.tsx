import { Text } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { api } from '#console/api.ts';
import { FailureNotice } from '#console/shell/FailureNotice.tsx';
import { showDone } from '#console/shell/show-result.ts';
import { ConfirmDialog } from '#console/ui/ConfirmDialog.tsx';
import { RelativeTime } from '#console/ui/RelativeTime.tsx';
import type { WorkspaceKey } from '#contract/keys.ts';

export function RevokeKey({ workspaceKey: key, onClose }: { workspaceKey: WorkspaceKey; onClose: () => void }) {
  const revoke = useMutation(
    api.keys.revoke.mutationOptions({
      onSuccess: () => {
        showDone(`${key.name} is revoked.`);
        onClose();
      },
    }),
  );
  return (
    <ConfirmDialog
      isOpen
      title={`Revoke ${key.name}?`}
      confirmLabel="Revoke key"
      typeToConfirm={key.name}
      isDestructive
      isBusy={revoke.isPending}
      onClose={onClose}
      onConfirm={() => revoke.mutate({ id: key.id })}
    >
      {revoke.error && <FailureNotice what="The key still works" error={revoke.error} />}
      <Text>
        Whatever uses it is refused at its next request; it was last used{' '}
        {key.lastUsedAt ? <RelativeTime at={key.lastUsedAt} /> : 'never'}. This cannot be undone.
        {key.scopes.includes('scim') &&
          ' The identity provider can no longer create, change or deprovision anybody with it.'}
      </Text>
    </ConfirmDialog>
  );
}
