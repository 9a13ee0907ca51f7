import { Stack, Textarea } from '@mantine/core';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { api } from '#console/api.ts';
import { FailureNotice } from '#console/shell/FailureNotice.tsx';
import { Loaded } from '#console/shell/Loaded.tsx';
import { showDone } from '#console/shell/show-result.ts';
import { ConfirmDialog } from '#console/ui/ConfirmDialog.tsx';
import { Notice } from '#console/ui/Notice.tsx';
import { RowSkeletons } from '#console/ui/Skeletons.tsx';
import type { Policy, PolicyDraft } from '#contract/policies.ts';
import type { PolicyLock } from '../use-policy-lock.ts';
import { PublicationReview } from './PublicationReview.tsx';

interface PublishDialogProps {
  policy: Policy;
  draft: PolicyDraft;
  lock: PolicyLock;
  onClose: () => void;
}

/** Shows what publishing would do, asks why, and publishes or asks for a second person. */
export function PublishDialog({ policy, draft, lock, onClose }: PublishDialogProps) {
  const queries = useQueryClient();
  const [message, setMessage] = useState('');
  const [isMissing, setMissing] = useState(false);
  const publish = useMutation(
    api.policies.publication.publish.mutationOptions({
      onSuccess: ({ outcome, policy: answer }) => {
        queries.setQueryData(api.policies.get.queryKey({ input: { id: policy.id } }), answer);
        showDone(
          outcome === 'published'
            ? `${answer.name} is published as version ${answer.revision}.`
            : 'A second person has to approve it before anybody gets it.',
        );
        onClose();
      },
    }),
  );
  const preview = useQuery(
    api.policies.publication.preview.queryOptions({
      input: { id: policy.id },
      // Once it is published there is no draft left to preview.
      enabled: !publish.isPending && !publish.isSuccess,
      staleTime: 0,
      gcTime: 0,
      retry: false,
    }),
  );
  const needsApproval = preview.data?.needsApproval ?? lock.needsApprover;
  const isBlocked = preview.data === undefined || preview.data.blockedBy.length > 0 || lock.publishing !== null;
  const confirm = () => {
    if (message.trim() === '') setMissing(true);
    else publish.mutate({ id: policy.id, expectedDraft: draft.version, message: message.trim() });
  };
  return (
    <ConfirmDialog
      isOpen
      size="xl"
      title={needsApproval ? `Ask for approval of ${draft.name}` : `Publish ${draft.name}`}
      confirmLabel={needsApproval ? 'Ask for approval' : 'Publish policy'}
      isBusy={publish.isPending}
      isReady={!isBlocked}
      onClose={onClose}
      onConfirm={confirm}
    >
      <Stack gap="lg">
        {publish.error && (
          <FailureNotice what={needsApproval ? 'Nobody was asked' : 'It was not published'} error={publish.error} />
        )}
        {lock.publishing !== null && (
          <Notice tone="warn" title="It cannot be published now">
            <p>{lock.publishing}</p>
          </Notice>
        )}
        <Loaded
          query={preview}
          what="What publishing would do could not be worked out"
          skeleton={<RowSkeletons rows={6} />}
        >
          {(found) => <PublicationReview policy={policy} draft={draft} preview={found} />}
        </Loaded>
        <Textarea
          label="Message"
          description={
            needsApproval
              ? 'Why, for whoever approves it. Kept with the version and in the audit log.'
              : 'Why. Kept with the version and in the audit log.'
          }
          placeholder="Agreed with security on Tuesday: pushes are looked at first."
          autosize
          minRows={2}
          maxLength={500}
          value={message}
          error={isMissing && 'Say in a sentence why this changes.'}
          onChange={(event) => {
            setMissing(false);
            setMessage(event.currentTarget.value);
          }}
        />
      </Stack>
    </ConfirmDialog>
  );
}
