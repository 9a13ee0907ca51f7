import { Button, Text } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import { api } from '#console/api.ts';
import { useSession } from '#console/session.ts';
import { FailureNotice } from '#console/shell/FailureNotice.tsx';
import { showDone } from '#console/shell/show-result.ts';
import { ConfirmDialog } from '#console/ui/ConfirmDialog.tsx';

/** For a member who lost everything they could show. Only owners see it, and not for themselves. */
export function ResetFactors({ member }: { member: { id: string; name: string } }) {
  const { member: me } = useSession();
  const [isAsked, setAsked] = useState(false);
  const reset = useMutation(
    api.secondFactor.resetMember.mutationOptions({
      onSuccess: () => {
        showDone(`${member.name} has no second factor any more and is signed out.`);
        setAsked(false);
      },
    }),
  );
  if (member.id === me.id || !me.roles.some(({ id }) => id === 'owner')) return null;
  return (
    <>
      <Button variant="default" onClick={() => setAsked(true)}>
        Reset second factors
      </Button>
      <ConfirmDialog
        isOpen={isAsked}
        title={`Reset the second factors of ${member.name}?`}
        confirmLabel="Reset second factors"
        isDestructive
        isBusy={reset.isPending}
        onClose={() => setAsked(false)}
        onConfirm={() => reset.mutate({ id: member.id })}
      >
        {reset.error && <FailureNotice what="They still have them" error={reset.error} />}
        <Text>
          Their passkeys, authenticator app and recovery codes stop working and their browsers are signed out. They sign
          in with their password alone, so be sure that it is really them who asks.
        </Text>
      </ConfirmDialog>
    </>
  );
}
