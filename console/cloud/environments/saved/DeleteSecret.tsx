import { useMutation } from '@tanstack/react-query';
import { api } from '#console/api.ts';
import { FailureNotice } from '#console/shell/FailureNotice.tsx';
import { showDone } from '#console/shell/show-result.ts';
import { ConfirmDialog } from '#console/ui/ConfirmDialog.tsx';

interface DeleteSecretProps {
  environmentId: string;
  name: string;
  onClose: () => void;
}

export function DeleteSecret({ environmentId, name, onClose }: DeleteSecretProps) {
  const remove = useMutation(
    api.environments.removeSecret.mutationOptions({
      onSuccess: () => {
        showDone(`${name} is deleted.`);
        onClose();
      },
    }),
  );
  return (
    <ConfirmDialog
      isOpen
      title={`Delete ${name}?`}
      confirmLabel="Delete secret"
      isDestructive
      isBusy={remove.isPending}
      onClose={onClose}
      onConfirm={() => remove.mutate({ id: environmentId, name })}
    >
      {remove.error && <FailureNotice what="The secret was not deleted" error={remove.error} />}
      <p>
        The next set-up does not have it, and what is kept of the environment is thrown away. Attempts whose set-up runs
        now keep it to its end. This cannot be undone: the secret is not shown anywhere.
      </p>
    </ConfirmDialog>
  );
}
