import { Stack } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { api } from '#console/api.ts';
import { FailureNotice } from '#console/shell/FailureNotice.tsx';
import { showDone } from '#console/shell/show-result.ts';
import { ConfirmDialog } from '#console/ui/ConfirmDialog.tsx';
import { shortName } from '#console/ui/short-name.ts';
import type { BundleReview } from '#contract/team-config-bundles.ts';
import type { BundleDetails } from '../bundle-details.ts';
import { PublicationReview } from './PublicationReview.tsx';
import { usePublicationCheck } from './use-publication-check.ts';

interface ApproveDialogProps {
  details: BundleDetails;
  review: BundleReview;
  onClose: () => void;
}

/** What the second person sees before saying yes: the same as whoever asked. */
export function ApproveDialog({ details, review, onClose }: ApproveDialogProps) {
  const { name } = details.bundle;
  const check = usePublicationCheck(details.draft ?? []);
  const approve = useMutation(
    api.teamConfig.decideReview.mutationOptions({
      onSuccess: ({ bundle }) => {
        showDone(`${bundle.name} is published as version ${bundle.newest?.number ?? 1}.`);
        onClose();
      },
    }),
  );
  return (
    <ConfirmDialog
      isOpen
      size="xl"
      title={`Approve and publish ${name}`}
      confirmLabel="Approve and publish"
      isBusy={approve.isPending}
      isReady={check.isClear}
      onClose={onClose}
      onConfirm={() => approve.mutate({ id: review.id, decision: 'approve' })}
    >
      <Stack gap="lg">
        {approve.error && <FailureNotice what="It was not published" error={approve.error} />}
        <p>
          {shortName(review.requestedBy)}: “{review.message}”
        </p>
        <PublicationReview details={details} check={check} />
      </Stack>
    </ConfirmDialog>
  );
}
