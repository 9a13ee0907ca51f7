import { Stack } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { api } from '#console/api.ts';
import { FailureNotice } from '#console/shell/FailureNotice.tsx';
import { showDone } from '#console/shell/show-result.ts';
import { ConfirmDialog } from '#console/ui/ConfirmDialog.tsx';

export function LiftFreeze({ onClose }: { onClose: () => void }) {
  const lift = useMutation(
    api.policies.protection.unfreeze.mutationOptions({
      onSuccess: () => {
        showDone('The freeze is lifted. Policies can be published and assigned again.');
        onClose();
      },
    }),
  );
  return (
    <ConfirmDialog
      isOpen
      title="Lift the freeze?"
      confirmLabel="Lift freeze"
      isBusy={lift.isPending}
      onClose={onClose}
      onConfirm={() => lift.mutate({})}
    >
      <Stack gap="md">
        {lift.error && <FailureNotice what="The policies are still frozen" error={lift.error} />}
        <p>
          Whoever may write policies can publish, assign and delete again. Nothing changes for members now, and what was
          refused meanwhile does not happen by itself.
        </p>
      </Stack>
    </ConfirmDialog>
  );
}
