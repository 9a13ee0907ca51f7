import { useMutation } from '@tanstack/react-query';
import { api } from '#console/api.ts';
import { FailureNotice } from '#console/shell/FailureNotice.tsx';
import { showDone } from '#console/shell/show-result.ts';
import { ConfirmDialog } from '#console/ui/ConfirmDialog.tsx';
import type { BundleReview } from '#contract/team-config-bundles.ts';

export function WithdrawDialog({ review, onClose }: { review: BundleReview; onClose: () => void }) {
  const withdraw = useMutation(
    api.teamConfig.decideReview.mutationOptions({
      onSuccess: () => {
        showDone('The request was withdrawn. The draft stays.');
        onClose();
      },
    }),
  );
  return (
    <ConfirmDialog
      isOpen
      title="Withdraw this request?"
      confirmLabel="Withdraw request"
      isBusy={withdraw.isPending}
      onClose={onClose}
      onConfirm={() => withdraw.mutate({ id: review.id, decision: 'withdraw' })}
    >
      {withdraw.error && <FailureNotice what="The request was not withdrawn" error={withdraw.error} />}
      <p>The draft stays, and nobody gets anything else. You can ask again at any time.</p>
    </ConfirmDialog>
  );
}
