import { Button, Text } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import { api } from '#console/api.ts';
import { paths } from '#console/paths.ts';
import { FailureNotice } from '#console/shell/FailureNotice.tsx';
import { showDone } from '#console/shell/show-result.ts';
import { TextLink } from '#console/shell/TextLink.tsx';
import { ConfirmDialog } from '#console/ui/ConfirmDialog.tsx';
import type { Policy } from '#contract/policies.ts';
import type { PolicyLock } from './use-policy-lock.ts';

export function DeletePolicy({ policy, lock }: { policy: Policy; lock: PolicyLock }) {
  const navigate = useNavigate();
  const [isAsked, setAsked] = useState(false);
  const remove = useMutation(
    api.policies.remove.mutationOptions({
      meta: { leavesPage: true },
      onSuccess: async () => {
        showDone(`${policy.name} was deleted.`);
        await navigate({ to: paths.policies, ignoreBlocker: true });
      },
    }),
  );
  const isInUse = policy.isFallback || policy.isBaseline || policy.groups.length > 0;
  const wasPublished = policy.revision > 0;
  return (
    <>
      {isInUse ? (
        <Text mb="sm">
          It is assigned, the fallback or the baseline. Take it out of{' '}
          <TextLink to={paths.policyOrder}>order and fallback</TextLink> first.
        </Text>
      ) : (
        <Text mb="sm">
          {lock.publishing ??
            (wasPublished ? (
              <>
                Nobody has it now, so nobody is touched. Going back to an{' '}
                <TextLink to={paths.policyStates}>earlier state</TextLink> brings it back.
              </>
            ) : (
              'It was never published, so nobody is touched.'
            ))}
        </Text>
      )}
      <Button
        variant="outline"
        color="red"
        disabled={isInUse || lock.publishing !== null}
        onClick={() => setAsked(true)}
      >
        Delete policy
      </Button>
      <ConfirmDialog
        isOpen={isAsked}
        title={`Delete ${policy.name}?`}
        confirmLabel="Delete policy"
        typeToConfirm={policy.name}
        isDestructive
        isBusy={remove.isPending}
        onClose={() => setAsked(false)}
        onConfirm={() => remove.mutate({ id: policy.id })}
      >
        {remove.error && <FailureNotice what="The policy was not deleted" error={remove.error} />}
        <Text>
          {wasPublished
            ? 'Nobody has it now, so nobody is touched. It can be brought back by going back to an earlier state of all policies; a draft of it is gone.'
            : 'It was never published, so nobody is touched. This cannot be undone; the audit log keeps its text.'}
        </Text>
      </ConfirmDialog>
    </>
  );
}
