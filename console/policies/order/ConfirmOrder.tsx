import { Stack } from '@mantine/core';
import { useMutation, useQuery } from '@tanstack/react-query';
import { api } from '#console/api.ts';
import { FailureNotice } from '#console/shell/FailureNotice.tsx';
import { Loaded } from '#console/shell/Loaded.tsx';
import { showDone } from '#console/shell/show-result.ts';
import { ConfirmDialog } from '#console/ui/ConfirmDialog.tsx';
import { Notice } from '#console/ui/Notice.tsx';
import { RowSkeletons } from '#console/ui/Skeletons.tsx';
import { ImpactSummary } from '../ImpactSummary.tsx';
import { ChangeList } from './ChangeList.tsx';
import { FailingTests } from './FailingTests.tsx';
import classes from './Order.module.css';
import type { OrderChange } from './order-changes.ts';
import { type OrderDraft, toInput } from './order-draft.ts';

interface ConfirmOrderProps {
  order: OrderDraft;
  changes: OrderChange[];
  onSaved: () => void;
  onClose: () => void;
}

/** Who would get another policy, before it happens. */
export function ConfirmOrder({ order, changes, onSaved, onClose }: ConfirmOrderProps) {
  const input = toInput(order);
  const preview = useQuery(api.policies.previewAssignments.queryOptions({ input, staleTime: 0, gcTime: 0 }));
  const assign = useMutation(
    api.policies.assign.mutationOptions({
      onSuccess: () => {
        showDone('The order was saved. Members get their policy at the next start of their client.');
        onSaved();
        onClose();
      },
    }),
  );
  return (
    <ConfirmDialog
      isOpen
      size="lg"
      title="Save this order?"
      confirmLabel="Save order"
      isBusy={assign.isPending}
      isReady={preview.isSuccess}
      onClose={onClose}
      onConfirm={() => assign.mutate({ ...input, expectedVersion: order.version })}
    >
      <Stack gap="md">
        {assign.error && <FailureNotice what="The order was not saved" error={assign.error} />}
        <Loaded query={preview} what="The effects could not be worked out" skeleton={<RowSkeletons rows={4} />}>
          {({ tests, warnings, ...impact }) => (
            <>
              <ImpactSummary impact={impact} />
              {warnings.map((warning) => (
                <Notice key={warning} tone="warn">
                  <p>{warning}</p>
                </Notice>
              ))}
              <FailingTests tests={tests} />
            </>
          )}
        </Loaded>
        <div>
          <p className={classes.changesTitle}>What changes in the order</p>
          <ChangeList changes={changes} />
        </div>
      </Stack>
    </ConfirmDialog>
  );
}
