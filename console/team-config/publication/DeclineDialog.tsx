import { Textarea } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import { api } from '#console/api.ts';
import { FailureNotice } from '#console/shell/FailureNotice.tsx';
import { showDone } from '#console/shell/show-result.ts';
import { ConfirmDialog } from '#console/ui/ConfirmDialog.tsx';
import { shortName } from '#console/ui/short-name.ts';
import type { BundleReview } from '#contract/team-config-bundles.ts';

export function DeclineDialog({ review, onClose }: { review: BundleReview; onClose: () => void }) {
  const [reason, setReason] = useState('');
  const [isMissing, setMissing] = useState(false);
  const decline = useMutation(
    api.teamConfig.decideReview.mutationOptions({
      onSuccess: () => {
        showDone('The draft was declined. It stays a draft.');
        onClose();
      },
    }),
  );
  const confirm = () => {
    if (reason.trim() === '') setMissing(true);
    else decline.mutate({ id: review.id, decision: 'decline', reason: reason.trim() });
  };
  return (
    <ConfirmDialog
      isOpen
      title="Decline this draft?"
      confirmLabel="Decline"
      isBusy={decline.isPending}
      onClose={onClose}
      onConfirm={confirm}
    >
      {decline.error && <FailureNotice what="The draft was not declined" error={decline.error} />}
      <p>
        The draft stays, and nobody gets anything else. {shortName(review.requestedBy)} can change it and ask again.
      </p>
      <Textarea
        label="Reason"
        description={`For ${shortName(review.requestedBy)}. Kept in the audit log.`}
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
