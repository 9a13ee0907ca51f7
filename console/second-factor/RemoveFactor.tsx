import { Text } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { client } from '#console/api.ts';
import { FailureNotice } from '#console/shell/FailureNotice.tsx';
import { showDone } from '#console/shell/show-result.ts';
import { ConfirmDialog } from '#console/ui/ConfirmDialog.tsx';

interface RemoveFactorProps {
  factor: { method: 'totp'; name: string } | { method: 'passkey'; id: string; name: string };
  onClose: () => void;
}

export function RemoveFactor({ factor, onClose }: RemoveFactorProps) {
  const remove = useMutation({
    mutationFn: () =>
      factor.method === 'totp'
        ? client.secondFactor.removeTotp({})
        : client.secondFactor.removePasskey({ id: factor.id }),
    onSuccess: () => {
      showDone(`${factor.name.replace(/^the/, 'The')} was removed.`);
      onClose();
    },
  });
  return (
    <ConfirmDialog
      isOpen
      title={`Remove ${factor.name}?`}
      confirmLabel={factor.method === 'totp' ? 'Remove authenticator app' : 'Remove passkey'}
      isDestructive
      isBusy={remove.isPending}
      onClose={onClose}
      onConfirm={() => remove.mutate()}
    >
      {remove.error && <FailureNotice what="It still works" error={remove.error} />}
      <Text>
        It does not sign you in any more. With your last one your recovery codes go as well, and your password alone is
        enough again. {factor.method === 'passkey' && 'Delete it in your browser or on your key, too.'}
      </Text>
    </ConfirmDialog>
  );
}
