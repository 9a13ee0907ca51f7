import { Stack, Textarea } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import { api } from '#console/api.ts';
import { FailureNotice } from '#console/shell/FailureNotice.tsx';
import { showDone } from '#console/shell/show-result.ts';
import { ConfirmDialog } from '#console/ui/ConfirmDialog.tsx';
import type { BundleDetails } from '../bundle-details.ts';
import type { BundleLock } from '../use-bundle-lock.ts';
import { PublicationReview } from './PublicationReview.tsx';
import { usePublicationCheck } from './use-publication-check.ts';

interface PublishDialogProps {
  details: BundleDetails;
  draftVersion: number;
  lock: BundleLock;
  onClose: () => void;
}

/** Shows what publishing would do, asks why, and publishes or asks for a second person. */
export function PublishDialog({ details, draftVersion, lock, onClose }: PublishDialogProps) {
  const { bundle } = details;
  const { needsApprover } = lock;
  const [message, setMessage] = useState('');
  const [isMissing, setMissing] = useState(false);
  const check = usePublicationCheck(details.draft ?? []);
  const publish = useMutation(
    api.teamConfig.publish.mutationOptions({
      onSuccess: ({ version }) => {
        showDone(`${bundle.name} is published as version ${version.number}.`);
        onClose();
      },
    }),
  );
  const ask = useMutation(
    api.teamConfig.requestReview.mutationOptions({
      onSuccess: () => {
        showDone('A second person has to approve it before anybody gets it.');
        onClose();
      },
    }),
  );
  const error = publish.error ?? ask.error;
  const confirm = () => {
    const input = { id: bundle.id, expectedDraft: draftVersion, message: message.trim() };
    if (input.message === '') setMissing(true);
    else if (needsApprover) ask.mutate(input);
    else publish.mutate(input);
  };
  return (
    <ConfirmDialog
      isOpen
      size="xl"
      title={needsApprover ? `Request a review of ${bundle.name}` : `Publish ${bundle.name}`}
      confirmLabel={needsApprover ? 'Request review' : 'Publish bundle'}
      isBusy={publish.isPending || ask.isPending}
      isReady={check.isClear && lock.writing === null}
      onClose={onClose}
      onConfirm={confirm}
    >
      <Stack gap="lg">
        {error && <FailureNotice what={needsApprover ? 'Nobody was asked' : 'It was not published'} error={error} />}
        <PublicationReview details={details} check={check} />
        <Textarea
          label="Message"
          description={
            needsApprover
              ? 'What changes and why, for whoever approves it. Kept with the version and in the audit log.'
              : 'What changes and why. Kept with the version and in the audit log.'
          }
          placeholder="Asks before pushes; a skill for database migrations."
          autosize
          minRows={2}
          maxLength={500}
          value={message}
          error={isMissing && 'Say in a sentence what changes.'}
          onChange={(event) => {
            setMissing(false);
            setMessage(event.currentTarget.value);
          }}
        />
      </Stack>
    </ConfirmDialog>
  );
}
