import { useMutation } from '@tanstack/react-query';
import { api } from '#console/api.ts';
import { DeclineDialog } from '#console/drafts/DeclineDialog.tsx';
import { showDone } from '#console/shell/show-result.ts';
import type { Policy } from '#contract/policies.ts';

interface DeclineRequestProps {
  request: NonNullable<Policy['request']>;
  onClose: () => void;
}

export function DeclineRequest({ request, onClose }: DeclineRequestProps) {
  const decline = useMutation(
    api.policies.publication.decline.mutationOptions({
      onSuccess: () => {
        showDone('The request was declined. The draft stays.');
        onClose();
      },
    }),
  );
  return (
    <DeclineDialog
      requestedBy={request.requestedBy}
      isBusy={decline.isPending}
      error={decline.error}
      onDecline={(reason) => decline.mutate({ requestId: request.id, reason })}
      onClose={onClose}
    />
  );
}
