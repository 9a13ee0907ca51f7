import { Text } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { api } from '#console/api.ts';
import { FailureNotice } from '#console/shell/FailureNotice.tsx';
import { showDone } from '#console/shell/show-result.ts';
import { ConfirmDialog } from '#console/ui/ConfirmDialog.tsx';
import { countOf } from '#console/ui/figures.ts';
import type { Destination } from '#contract/compliance-destinations.ts';

export function DeleteDestination({ destination, onClose }: { destination: Destination; onClose: () => void }) {
  const { id, name, backlog } = destination;
  const remove = useMutation(
    api.compliance.deleteDestination.mutationOptions({
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
      confirmLabel="Delete destination"
      typeToConfirm={name}
      isDestructive
      isBusy={remove.isPending}
      onClose={onClose}
      onConfirm={() => remove.mutate({ id })}
    >
      {remove.error && <FailureNotice what="The destination is still there" error={remove.error} />}
      <Text>
        Nothing is sent there any more{backlog > 0 && `, ${countOf(backlog, 'record')} that wait included`}. The log
        files keep everything. This cannot be undone; turn it off to only pause it.
      </Text>
    </ConfirmDialog>
  );
}
