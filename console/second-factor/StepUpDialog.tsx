import { Button, Stack, Text } from '@mantine/core';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useEffect, useState } from 'react';
import { api, client } from '#console/api.ts';
import { onSignedInElsewhere, openSignOn } from '#console/identity/sign-on-address.ts';
import { sessionQuery } from '#console/session.ts';
import { Loaded } from '#console/shell/Loaded.tsx';
import { Dialog } from '#console/ui/Dialog.tsx';
import { Notice } from '#console/ui/Notice.tsx';
import { RowSkeletons } from '#console/ui/Skeletons.tsx';
import type { StepUpMethod } from '#contract/second-factor.ts';
import { ProofForm } from './ProofForm.tsx';
import { tellCodesLeft } from './SecondFactorStep.tsx';
import { settleStepUp, useStepUpWanted } from './step-up-wait.ts';

/** Over the page and its dialogs: the call that was refused is repeated afterwards, with everything that was typed. */
export function StepUpDialog() {
  const isWanted = useStepUpWanted();
  return (
    <Dialog
      opened={isWanted}
      onClose={() => settleStepUp({ isShown: false })}
      title="Confirm that it is you"
      closeOnClickOutside={false}
      closeOnEscape={false}
      zIndex={400}
    >
      {isWanted && <StepUp />}
    </Dialog>
  );
}

interface StepUpOptions {
  methods: StepUpMethod[];
  connectionId: string | null;
}

function StepUp() {
  // What somebody can confirm with may have changed. The challenge of a passkey works once, so each attempt asks for its own.
  const options = useQuery(
    api.secondFactor.stepUpOptions.queryOptions({ staleTime: 0, gcTime: 0, refetchOnWindowFocus: false }),
  );
  return (
    <Loaded query={options} what="How you can confirm could not be loaded" skeleton={<RowSkeletons rows={1} />}>
      {(known) => <Ways {...known} />}
    </Loaded>
  );
}

function Ways({ methods, connectionId }: StepUpOptions) {
  const queries = useQueryClient();
  const done = async () => {
    settleStepUp({ isShown: true });
    await queries.invalidateQueries({ queryKey: sessionQuery.queryKey });
  };
  if (connectionId !== null && methods.includes('sso')) return <AtProvider connectionId={connectionId} onDone={done} />;
  return (
    <Stack gap="md">
      <Text>This change asks for your second factor once more. It then counts for ten minutes.</Text>
      <ProofForm
        methods={methods.filter((method) => method !== 'sso')}
        action="Confirm"
        failed="Not confirmed"
        passkeyOptions={async () => (await client.secondFactor.stepUpOptions({})).passkeyOptions ?? {}}
        onProof={async (proof) => {
          const { recoveryCodesLeft } = await client.secondFactor.stepUp(proof);
          if (recoveryCodesLeft !== null) tellCodesLeft(recoveryCodesLeft);
          await done();
        }}
      />
    </Stack>
  );
}

function AtProvider({ connectionId, onDone }: { connectionId: string; onDone: () => Promise<void> }) {
  const [isBlocked, setBlocked] = useState(false);
  useEffect(() => onSignedInElsewhere(() => void onDone()), [onDone]);
  return (
    <Stack gap="md">
      <Text>This change asks you to sign in at your identity provider once more. It then counts for ten minutes.</Text>
      {isBlocked && (
        <Notice tone="warn" title="The browser did not open the window">
          <p>Allow pop-up windows for this page, then continue again.</p>
        </Notice>
      )}
      <Button fullWidth onClick={() => setBlocked(!openSignOn({ connectionId, isAgain: true }))}>
        Continue at your identity provider
      </Button>
    </Stack>
  );
}
