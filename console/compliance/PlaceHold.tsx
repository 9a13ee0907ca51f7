import { Text } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import { api } from '#console/api.ts';
import { FailureNotice } from '#console/shell/FailureNotice.tsx';
import { showDone } from '#console/shell/show-result.ts';
import { ConfirmDialog } from '#console/ui/ConfirmDialog.tsx';
import { PersonPicker } from './PersonPicker.tsx';
import { isReason, ReasonField } from './ReasonField.tsx';

export function PlaceHold({ onClose }: { onClose: () => void }) {
  const [memberId, setMemberId] = useState<string | null>(null);
  const [reason, setReason] = useState('');
  const place = useMutation(
    api.compliance.placeHold.mutationOptions({
      onSuccess: ({ memberLabel }) => {
        showDone(`Everything of ${memberLabel} stays until the hold is lifted.`);
        onClose();
      },
    }),
  );
  return (
    <ConfirmDialog
      isOpen
      title="Place a legal hold"
      confirmLabel="Place legal hold"
      isBusy={place.isPending}
      isReady={memberId !== null && isReason(reason)}
      onClose={onClose}
      onConfirm={() => memberId !== null && place.mutate({ memberId, reason: reason.trim() })}
    >
      {place.error && <FailureNotice what="No hold was placed" error={place.error} />}
      <PersonPicker value={memberId} onChange={setMemberId} />
      <ReasonField value={reason} onChange={setReason} />
      <Text>
        From now on nothing of theirs is purged or erased, and they cannot be removed, only suspended. They are not
        told.
      </Text>
    </ConfirmDialog>
  );
}
