import { Box, Button, Group } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import { api } from '#console/api.ts';
import { useCan, useSession } from '#console/session.ts';
import { FailureNotice } from '#console/shell/FailureNotice.tsx';
import { showDone } from '#console/shell/show-result.ts';
import { ConfirmDialog } from '#console/ui/ConfirmDialog.tsx';
import { Notice } from '#console/ui/Notice.tsx';
import { RelativeTime } from '#console/ui/RelativeTime.tsx';
import { shortName } from '#console/ui/short-name.ts';
import type { Policy } from '#contract/policies.ts';
import type { PolicyLock } from '../use-policy-lock.ts';
import { ApproveDialog } from './ApproveDialog.tsx';
import { DeclineRequest } from './DeclineRequest.tsx';

interface ApprovalBannerProps {
  policy: Policy;
  request: NonNullable<Policy['request']>;
  lock: PolicyLock;
}

/** A draft that waits for a second person: who asked, who may decide, and the decision. */
export function ApprovalBanner({ policy, request, lock }: ApprovalBannerProps) {
  const mayWrite = useCan('policies.write');
  const { member } = useSession();
  const [asked, setAsked] = useState<'approve' | 'decline' | 'withdraw' | null>(null);
  const isOwn = request.requestedBy.includes(`<${member.email}>`);
  const authors = [...new Set([request.requestedBy, ...request.authors])].map(shortName);
  const close = () => setAsked(null);
  return (
    <Box mb="lg">
      <Notice
        tone="warn"
        title="This draft waits for a second person"
        actions={
          mayWrite &&
          lock.managedBy === null && (
            <Group gap={8}>
              {request.mayDecide && (
                <>
                  <Button size="xs" onClick={() => setAsked('approve')}>
                    Review and approve
                  </Button>
                  <Button size="xs" variant="default" onClick={() => setAsked('decline')}>
                    Decline
                  </Button>
                </>
              )}
              {isOwn && (
                <Button size="xs" variant="default" onClick={() => setAsked('withdraw')}>
                  Withdraw
                </Button>
              )}
            </Group>
          )
        }
      >
        <p>
          {shortName(request.requestedBy)} asked <RelativeTime at={request.requestedAt} />: “{request.message}”
        </p>
        <p>
          {request.mayDecide
            ? 'You may approve it: you wrote no part of it.'
            : `Anybody who may write policies may approve it, except ${authors.join(', ')}, who wrote it.`}{' '}
          Saving another draft withdraws it.
        </p>
      </Notice>
      {asked === 'approve' && policy.draft && (
        <ApproveDialog policy={policy} draft={policy.draft} request={request} lock={lock} onClose={close} />
      )}
      {asked === 'decline' && <DeclineRequest request={request} onClose={close} />}
      {asked === 'withdraw' && <WithdrawDialog requestId={request.id} onClose={close} />}
    </Box>
  );
}

function WithdrawDialog({ requestId, onClose }: { requestId: string; onClose: () => void }) {
  const withdraw = useMutation(
    api.policies.publication.decline.mutationOptions({
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
      onConfirm={() => withdraw.mutate({ requestId })}
    >
      {withdraw.error && <FailureNotice what="The request was not withdrawn" error={withdraw.error} />}
      <p>The draft stays, and nobody gets anything else. You can ask again at any time.</p>
    </ConfirmDialog>
  );
}
