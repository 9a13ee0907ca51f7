import { Stack, TextInput } from '@mantine/core';
import { useMutation, useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { api } from '#console/api.ts';
import { FailureNotice } from '#console/shell/FailureNotice.tsx';
import { Loaded } from '#console/shell/Loaded.tsx';
import { showDone } from '#console/shell/show-result.ts';
import { ConfirmDialog } from '#console/ui/ConfirmDialog.tsx';
import { countOf } from '#console/ui/figures.ts';
import { Notice } from '#console/ui/Notice.tsx';
import { RowSkeletons } from '#console/ui/Skeletons.tsx';
import { ImpactSummary } from '../ImpactSummary.tsx';
import classes from './States.module.css';
import { sayVersions } from './say-versions.ts';

/** What going back does, then one click. A new state that is made meanwhile is refused by the server and shown here again. */
export function RollBack({ number, onClose }: { number: number; onClose: () => void }) {
  const [message, setMessage] = useState('');
  const preview = useQuery(api.policies.releases.preview.queryOptions({ input: { number }, staleTime: 0, gcTime: 0 }));
  const restore = useMutation(
    api.policies.releases.restore.mutationOptions({
      onSuccess: (made) => {
        showDone(`Everything is as in state ${number} again; that is state ${made.number}.`);
        onClose();
      },
      onError: () => void preview.refetch(),
    }),
  );
  const affected = preview.data?.impact.changed.reduce((sum, { members }) => sum + members, 0) ?? 0;
  return (
    <ConfirmDialog
      isOpen
      size="lg"
      isDestructive
      title={`Go back to state ${number}?`}
      confirmLabel={`Go back to state ${number}`}
      isReady={preview.isSuccess && !preview.isFetching}
      isBusy={restore.isPending}
      onClose={onClose}
      onConfirm={() =>
        preview.data && restore.mutate({ number, expectedCurrent: preview.data.current, message: message.trim() })
      }
    >
      <Stack gap="md">
        {restore.error && <FailureNotice what="Nothing was changed" error={restore.error} />}
        <Loaded query={preview} what="The effects could not be worked out" skeleton={<RowSkeletons rows={4} />}>
          {({ impact, policies, orderChanges, warnings }) => (
            <>
              <ImpactSummary impact={impact} />
              {warnings.map((warning) => (
                <Notice key={warning} tone="warn">
                  <p>{warning}</p>
                </Notice>
              ))}
              <div>
                <p className={classes.title}>What changes</p>
                <ul className={classes.list}>
                  {policies.map((policy) => (
                    <li key={policy.id}>{sayVersions(policy)}</li>
                  ))}
                  {orderChanges && <li>Order, fallback and baseline become those of state {number}.</li>}
                  {policies.length === 0 && !orderChanges && (
                    <li>Nothing: everything is as it was in state {number}.</li>
                  )}
                </ul>
              </div>
            </>
          )}
        </Loaded>
        <TextInput
          label="Why (kept with the new state)"
          maxLength={500}
          value={message}
          onChange={(event) => setMessage(event.currentTarget.value)}
          data-autofocus
        />
        <p>
          It happens at once for everybody{affected > 0 && `, that is ${countOf(affected, 'member')}`}, and makes a new
          state: to undo it, go back to the present one.
        </p>
      </Stack>
    </ConfirmDialog>
  );
}
