import { Button, Text } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import { api } from '#console/api.ts';
import { useCan } from '#console/session.ts';
import { FailureNotice } from '#console/shell/FailureNotice.tsx';
import { showDone } from '#console/shell/show-result.ts';
import { ConfirmDialog } from '#console/ui/ConfirmDialog.tsx';
import type { ProofRun } from '#contract/proofs.ts';
import { isUnfinished } from './proof-words.ts';

/** Stops a run that is under way. */
export function CancelRun({ run }: { run: ProofRun }) {
  const mayRun = useCan('verify.run');
  const [isAsking, setAsking] = useState(false);
  const cancel = useMutation(
    api.proofs.cancel.mutationOptions({
      onSuccess: () => {
        showDone(`Proof ${run.number} is being stopped.`);
        setAsking(false);
      },
    }),
  );
  if (!mayRun || !isUnfinished(run)) return null;
  return (
    <>
      <Button variant="default" onClick={() => setAsking(true)}>
        Cancel proof
      </Button>
      <ConfirmDialog
        isOpen={isAsking}
        title={`Cancel proof ${run.number}?`}
        confirmLabel="Stop it"
        isBusy={cancel.isPending}
        onClose={() => setAsking(false)}
        onConfirm={() => cancel.mutate({ id: run.id })}
      >
        {cancel.error && <FailureNotice what="The proof was not stopped" error={cancel.error} />}
        <Text>
          The client is ended at once and its workspace is deleted. What is proven so far stays to be seen; there is no
          certificate of a proof that was stopped.
        </Text>
      </ConfirmDialog>
    </>
  );
}
