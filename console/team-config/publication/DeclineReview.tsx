import { useMutation } from '@tanstack/react-query';
import { api } from '#console/api.ts';
import { DeclineDialog } from '#console/drafts/DeclineDialog.tsx';
import { showDone } from '#console/shell/show-result.ts';
import type { BundleReview } from '#contract/team-config-bundles.ts';

export function DeclineReview({ review, onClose }: { review: BundleReview; onClose: () => void }) {
  const decline = useMutation(
    api.teamConfig.decideReview.mutationOptions({
      onSuccess: () => {
        showDone('The draft was declined. It stays a draft.');
        onClose();
      },
    }),
  );
  return (
    <DeclineDialog
      requestedBy={review.requestedBy}
      isBusy={decline.isPending}
      error={decline.error}
      onDecline={(reason) => decline.mutate({ id: review.id, decision: 'decline', reason })}
      onClose={onClose}
    />
  );
}
