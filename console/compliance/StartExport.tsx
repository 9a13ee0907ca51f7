import { Text } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import { api } from '#console/api.ts';
import { FailureNotice } from '#console/shell/FailureNotice.tsx';
import { showDone } from '#console/shell/show-result.ts';
import { ConfirmDialog } from '#console/ui/ConfirmDialog.tsx';
import { PersonPicker } from './PersonPicker.tsx';
import { isReason, ReasonField } from './ReasonField.tsx';

export function StartExport({ onClose }: { onClose: () => void }) {
  const [memberId, setMemberId] = useState<string | null>(null);
  const [reason, setReason] = useState('');
  const start = useMutation(
    api.compliance.startExport.mutationOptions({
      onSuccess: () => {
        showDone('The export has begun. It goes on when you leave this page.');
        onClose();
      },
    }),
  );
  return (
    <ConfirmDialog
      isOpen
      title="Export everything about a person"
      confirmLabel="Start export"
      isBusy={start.isPending}
      isReady={memberId !== null && isReason(reason)}
      onClose={onClose}
      onConfirm={() => memberId !== null && start.mutate({ memberId, reason: reason.trim() })}
    >
      {start.error && <FailureNotice what="No export was started" error={start.error} />}
      <PersonPicker value={memberId} onChange={setMemberId} />
      <ReasonField value={reason} onChange={setReason} />
      <Text>
        Profile, groups, roles, sign-ins, tokens without their secrets, deliveries, activity with content where it is
        kept, use and audit entries, as JSON lines in a tar. It is kept encrypted for seven days.
      </Text>
    </ConfirmDialog>
  );
}
