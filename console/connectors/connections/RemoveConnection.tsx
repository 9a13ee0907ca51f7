import { Text } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { api } from '#console/api.ts';
import { FailureNotice } from '#console/shell/FailureNotice.tsx';
import { showDone } from '#console/shell/show-result.ts';
import { ConfirmDialog } from '#console/ui/ConfirmDialog.tsx';
import type { GitConnection } from '#contract/git-servers.ts';

export function RemoveConnection({ connection, onClose }: { connection: GitConnection; onClose: () => void }) {
  const { id, name, kind } = connection;
  const remove = useMutation(
    api.git.remove.mutationOptions({
      onSuccess: () => {
        showDone(`${name} is disconnected.`);
        onClose();
      },
    }),
  );
  return (
    <ConfirmDialog
      isOpen
      title={`Disconnect ${name}?`}
      confirmLabel="Disconnect"
      typeToConfirm={name}
      isDestructive
      isBusy={remove.isPending}
      onClose={onClose}
      onConfirm={() => remove.mutate({ id })}
    >
      {remove.error && <FailureNotice what={`${name} was not disconnected`} error={remove.error} />}
      <Text>
        {kind === 'github'
          ? 'Reeve forgets the key of the app, everybody’s linked accounts, and which repositories were chosen. The app stays on GitHub, where its owner can delete it. Connecting again makes a new app.'
          : 'Reeve forgets the deploy token and the repository. The token stays good on the git server until it is revoked there.'}{' '}
        This cannot be undone.
      </Text>
    </ConfirmDialog>
  );
}
