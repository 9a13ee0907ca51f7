import { Text } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { api } from '#console/api.ts';
import { FailureNotice } from '#console/shell/FailureNotice.tsx';
import { showDone } from '#console/shell/show-result.ts';
import { ConfirmDialog } from '#console/ui/ConfirmDialog.tsx';
import { countOf } from '#console/ui/figures.ts';
import type { Runner } from '#contract/runners.ts';

interface RemoveRunnerProps {
  runner: Runner;
  onClose: () => void;
  onRemoved: () => void;
}

export function RemoveRunner({ runner, onClose, onRemoved }: RemoveRunnerProps) {
  const { id, name, running, isEmbedded } = runner;
  const remove = useMutation(
    api.runners.remove.mutationOptions({
      onSuccess: () => {
        showDone(`${name} is removed.`);
        onRemoved();
      },
    }),
  );
  return (
    <ConfirmDialog
      isOpen
      title={`Remove ${name}?`}
      confirmLabel="Remove runner"
      typeToConfirm={name}
      isDestructive
      isBusy={remove.isPending}
      onClose={onClose}
      onConfirm={() => remove.mutate({ id })}
    >
      {remove.error && <FailureNotice what="The runner is still here" error={remove.error} />}
      <Text>
        {running === 0
          ? 'It runs nothing now.'
          : `${countOf(running, 'attempt')} that it runs ${running === 1 ? 'is' : 'are'} put back and begin anew elsewhere. Drain it first to let them end.`}{' '}
        Its kept containers are gone. This cannot be undone; the machine can be registered again with a new token.
        {isEmbedded &&
          ' Reeve starts this one itself: it comes back with the next start unless it is switched off there.'}
      </Text>
    </ConfirmDialog>
  );
}
