import { Stack, Textarea } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import { api } from '#console/api.ts';
import { FailureNotice } from '#console/shell/FailureNotice.tsx';
import { showDone } from '#console/shell/show-result.ts';
import { ConfirmDialog } from '#console/ui/ConfirmDialog.tsx';

export function FreezeDialog({ onClose }: { onClose: () => void }) {
  const [because, setBecause] = useState('');
  const freeze = useMutation(
    api.policies.protection.freeze.mutationOptions({
      onSuccess: () => {
        showDone('All policies are frozen. Members keep what they have.');
        onClose();
      },
    }),
  );
  return (
    <ConfirmDialog
      isOpen
      title="Freeze all policies?"
      confirmLabel="Freeze all policies"
      isReady={because.trim() !== ''}
      isBusy={freeze.isPending}
      onClose={onClose}
      onConfirm={() => freeze.mutate({ because: because.trim() })}
    >
      <Stack gap="md">
        {freeze.error && <FailureNotice what="The policies were not frozen" error={freeze.error} />}
        <p>
          From then on nobody publishes, assigns or deletes a policy, neither here nor with an API key. Members keep
          what they have. Saving drafts and going back to an earlier state still work; whoever may write policies can
          lift the freeze.
        </p>
        <Textarea
          label="Why"
          description="Everybody who opens the policies reads it, and so does the audit log."
          withAsterisk
          autosize
          minRows={2}
          maxLength={500}
          value={because}
          onChange={(event) => setBecause(event.currentTarget.value)}
          data-autofocus
        />
      </Stack>
    </ConfirmDialog>
  );
}
