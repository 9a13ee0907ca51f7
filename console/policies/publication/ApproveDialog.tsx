import { Stack } from '@mantine/core';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { api } from '#console/api.ts';
import { FailureNotice } from '#console/shell/FailureNotice.tsx';
import { Loaded } from '#console/shell/Loaded.tsx';
import { showDone } from '#console/shell/show-result.ts';
import { ConfirmDialog } from '#console/ui/ConfirmDialog.tsx';
import { Notice } from '#console/ui/Notice.tsx';
import { RowSkeletons } from '#console/ui/Skeletons.tsx';
import { shortName } from '#console/ui/short-name.ts';
import type { Policy, PolicyDraft } from '#contract/policies.ts';
import type { PolicyLock } from '../use-policy-lock.ts';
import { PublicationReview } from './PublicationReview.tsx';

interface ApproveDialogProps {
  policy: Policy;
  draft: PolicyDraft;
  request: NonNullable<Policy['request']>;
  lock: PolicyLock;
  onClose: () => void;
}

/** What the second person sees before saying yes: the same as whoever asked. */
export function ApproveDialog({ policy, draft, request, lock, onClose }: ApproveDialogProps) {
  const queries = useQueryClient();
  const approve = useMutation(
    api.policies.publication.approve.mutationOptions({
      onSuccess: (answer) => {
        queries.setQueryData(api.policies.get.queryKey({ input: { id: policy.id } }), answer);
        showDone(`${answer.name} is published as version ${answer.revision}.`);
        onClose();
      },
    }),
  );
  const preview = useQuery(
    api.policies.publication.preview.queryOptions({
      input: { id: policy.id },
      // Once it is published there is no draft left to preview.
      enabled: !approve.isPending && !approve.isSuccess,
      staleTime: 0,
      gcTime: 0,
      retry: false,
    }),
  );
  const isBlocked = preview.data === undefined || preview.data.blockedBy.length > 0 || lock.publishing !== null;
  return (
    <ConfirmDialog
      isOpen
      size="xl"
      title={`Approve and publish ${draft.name}`}
      confirmLabel="Approve and publish"
      isBusy={approve.isPending}
      isReady={!isBlocked}
      onClose={onClose}
      onConfirm={() => approve.mutate({ requestId: request.id })}
    >
      <Stack gap="lg">
        {approve.error && <FailureNotice what="It was not published" error={approve.error} />}
        {lock.publishing !== null && (
          <Notice tone="warn" title="It cannot be published now">
            <p>{lock.publishing}</p>
          </Notice>
        )}
        <p>
          {shortName(request.requestedBy)}: “{request.message}”
        </p>
        <Loaded
          query={preview}
          what="What publishing would do could not be worked out"
          skeleton={<RowSkeletons rows={6} />}
        >
          {(found) => <PublicationReview policy={policy} draft={draft} preview={found} />}
        </Loaded>
      </Stack>
    </ConfirmDialog>
  );
}
