import { useMutation } from '@tanstack/react-query';
import { api } from '#console/api.ts';
import { FailureNotice } from '#console/shell/FailureNotice.tsx';
import { showDone } from '#console/shell/show-result.ts';
import { ConfirmDialog } from '#console/ui/ConfirmDialog.tsx';
import { countOf } from '#console/ui/figures.ts';
import type { Bundle, BundleSubscription } from '#contract/team-config-bundles.ts';

interface UnsubscribeProps {
  bundle: Bundle;
  subscription: BundleSubscription;
  onClose: () => void;
}

export function Unsubscribe({ bundle, subscription, onClose }: UnsubscribeProps) {
  const { groupId, groupName, members } = subscription;
  const remove = useMutation(
    api.teamConfig.unsubscribe.mutationOptions({
      onSuccess: () => {
        showDone(`${groupName} no longer subscribes to ${bundle.name}.`);
        onClose();
      },
    }),
  );
  return (
    <ConfirmDialog
      isOpen
      title={`Remove ${groupName}?`}
      confirmLabel="Remove group"
      isDestructive
      isBusy={remove.isPending}
      onClose={onClose}
      onConfirm={() => remove.mutate({ id: bundle.id, groupId })}
    >
      {remove.error && <FailureNotice what="The group was not removed" error={remove.error} />}
      <p>
        {countOf(members, 'member of this group is', 'members of this group are')} no longer offered {bundle.name},
        unless another of their groups subscribes. What they and their repositories have of it stays there. The group
        can be added again at any time.
      </p>
    </ConfirmDialog>
  );
}
