import { Text } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import { api } from '#console/api.ts';
import { FailureNotice } from '#console/shell/FailureNotice.tsx';
import { showDone } from '#console/shell/show-result.ts';
import { ConfirmDialog } from '#console/ui/ConfirmDialog.tsx';
import type { LegalHold } from '#contract/compliance-people.ts';
import { isReason, ReasonField } from './ReasonField.tsx';

export function LiftHold({ hold, onClose }: { hold: LegalHold; onClose: () => void }) {
  const [reason, setReason] = useState('');
  const lift = useMutation(
    api.compliance.liftHold.mutationOptions({
      onSuccess: () => {
        showDone(`The hold on ${hold.memberLabel} is lifted.`);
        onClose();
      },
    }),
  );
  return (
    <ConfirmDialog
      isOpen
      title={`Lift the hold on ${hold.memberLabel}?`}
      confirmLabel="Lift hold"
      isDestructive
      isBusy={lift.isPending}
      isReady={isReason(reason)}
      onClose={onClose}
      onConfirm={() => lift.mutate({ id: hold.id, reason: reason.trim() })}
    >
      {lift.error && <FailureNotice what="The hold is still in force" error={lift.error} />}
      <Text>
        It was placed because: {hold.reason}. Unless they are held for another reason too, what is over its time goes at
        the next purge, and an erasure that waits goes on.
      </Text>
      <ReasonField value={reason} onChange={setReason} />
    </ConfirmDialog>
  );
}
