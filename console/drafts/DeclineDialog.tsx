import { Textarea } from '@mantine/core';
import { useState } from 'react';
import { FailureNotice } from '#console/shell/FailureNotice.tsx';
import { ConfirmDialog } from '#console/ui/ConfirmDialog.tsx';
import { shortName } from '#console/ui/short-name.ts';

interface DeclineDialogProps {
  /** Who asked for the second person. */
  requestedBy: string;
  isBusy: boolean;
  error: Error | null;
  onDecline: (reason: string) => void;
  onClose: () => void;
}

/** Why a draft is not published; the reason has to be given. */
export function DeclineDialog({ requestedBy, isBusy, error, onDecline, onClose }: DeclineDialogProps) {
  const [reason, setReason] = useState('');
  const [isMissing, setMissing] = useState(false);
  const confirm = () => {
    if (reason.trim() === '') setMissing(true);
    else onDecline(reason.trim());
  };
  return (
    <ConfirmDialog
      isOpen
      title="Decline this draft?"
      confirmLabel="Decline"
      isBusy={isBusy}
      onClose={onClose}
      onConfirm={confirm}
    >
      {error && <FailureNotice what="The draft was not declined" error={error} />}
      <p>The draft stays, and nobody gets anything else. {shortName(requestedBy)} can change it and ask again.</p>
      <Textarea
        label="Reason"
        description={`For ${shortName(requestedBy)}. Kept in the audit log.`}
        autosize
        minRows={2}
        maxLength={500}
        value={reason}
        error={isMissing && 'Say in a sentence why not.'}
        data-autofocus
        onChange={(event) => {
          setMissing(false);
          setReason(event.currentTarget.value);
        }}
      />
    </ConfirmDialog>
  );
}
