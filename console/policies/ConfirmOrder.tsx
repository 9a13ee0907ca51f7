import { Stack } from '@mantine/core';
import { useMutation, useQuery } from '@tanstack/react-query';
import { api } from '#console/api.ts';
import { FailureNotice } from '#console/shell/FailureNotice.tsx';
import { Loaded } from '#console/shell/Loaded.tsx';
import { showDone } from '#console/shell/show-result.ts';
import { ConfirmDialog } from '#console/ui/ConfirmDialog.tsx';
import { countOf } from '#console/ui/figures.ts';
import { Notice } from '#console/ui/Notice.tsx';
import { RowSkeletons } from '#console/ui/Skeletons.tsx';
import type { Rule } from './order-draft.ts';

interface ConfirmOrderProps {
  items: Rule[];
  fallbackPolicyId: string | null;
  expectedVersion: number;
  onClose: () => void;
}

/** Who would get another policy, before it happens. */
export function ConfirmOrder({ items, fallbackPolicyId, expectedVersion, onClose }: ConfirmOrderProps) {
  const preview = useQuery(
    api.policies.previewAssignments.queryOptions({ input: { items, fallbackPolicyId }, staleTime: 0 }),
  );
  const assign = useMutation(
    api.policies.assign.mutationOptions({
      onSuccess: () => {
        showDone('The order was saved. Members get their policy at the next start of their client.');
        onClose();
      },
    }),
  );
  return (
    <ConfirmDialog
      isOpen
      title="Save this order?"
      confirmLabel="Save order"
      isBusy={assign.isPending || preview.isPending}
      onClose={onClose}
      onConfirm={() => assign.mutate({ items, fallbackPolicyId, expectedVersion })}
    >
      <Stack gap="md">
        {assign.error && <FailureNotice what="The order was not saved" error={assign.error} />}
        <Loaded query={preview} what="The effects could not be worked out" skeleton={<RowSkeletons rows={3} />}>
          {({ changed, unchanged }) => (
            <>
              {changed.length === 0 && <p>Nobody gets another policy.</p>}
              {changed.map(({ from, to, members }) => (
                <Notice key={`${from} ${to}`} tone={to === null ? 'warn' : 'info'}>
                  <p>
                    {countOf(members, 'member gets', 'members get')} <strong>{to ?? 'no policy'}</strong> instead of{' '}
                    {from ?? 'none'} at their next start.
                  </p>
                </Notice>
              ))}
              <p>{countOf(unchanged, 'member keeps', 'members keep')} what they have.</p>
            </>
          )}
        </Loaded>
      </Stack>
    </ConfirmDialog>
  );
}
