import { Button, Text, Tooltip } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import { api } from '#console/api.ts';
import { paths } from '#console/paths.ts';
import { useCan } from '#console/session.ts';
import { FailureNotice } from '#console/shell/FailureNotice.tsx';
import { showDone } from '#console/shell/show-result.ts';
import { ConfirmDialog } from '#console/ui/ConfirmDialog.tsx';
import type { Policy } from '#contract/policies.ts';

export function DeletePolicy({ policy }: { policy: Policy }) {
  const mayWrite = useCan('policies.write');
  const navigate = useNavigate();
  const [isAsked, setAsked] = useState(false);
  const remove = useMutation(
    api.policies.remove.mutationOptions({
      meta: { leavesPage: true },
      onSuccess: async () => {
        showDone(`${policy.name} was deleted.`);
        await navigate({ to: paths.policies });
      },
    }),
  );
  if (!mayWrite) return null;
  const isInUse = policy.isFallback || policy.groups.length > 0;
  return (
    <>
      <Tooltip label="It is assigned or the fallback. Take it out of the order first." disabled={!isInUse}>
        <Button
          variant="outline"
          color="red"
          {...(isInUse && { 'data-disabled': true })}
          aria-disabled={isInUse}
          onClick={() => !isInUse && setAsked(true)}
        >
          Delete
        </Button>
      </Tooltip>
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
        <Text>Nobody has it now, so nobody is touched. This cannot be undone; the audit log keeps its last text.</Text>
      </ConfirmDialog>
    </>
  );
}
