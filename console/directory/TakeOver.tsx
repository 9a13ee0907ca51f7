import { Button, Text } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import { api } from '#console/api.ts';
import { useCan } from '#console/session.ts';
import { FailureNotice } from '#console/shell/FailureNotice.tsx';
import { showDone } from '#console/shell/show-result.ts';
import { ConfirmDialog } from '#console/ui/ConfirmDialog.tsx';
import type { Member } from '#contract/directory.ts';

/** The way out when SCIM is given up: otherwise nobody could change, or let in again, whom it brought. */
export function TakeOver({ member }: { member: Member }) {
  const mayTake = useCan('sign-in.write');
  const [isAsked, setAsked] = useState(false);
  const take = useMutation(
    api.directory.members.takeOver.mutationOptions({
      onSuccess: ({ name }) => {
        showDone(`${name} is managed by hand from now on.`);
        setAsked(false);
      },
    }),
  );
  if (!mayTake || member.source !== 'scim') return null;
  return (
    <>
      <Button variant="default" onClick={() => setAsked(true)}>
        Manage by hand
      </Button>
      <ConfirmDialog
        isOpen={isAsked}
        title={`Manage ${member.name} by hand?`}
        confirmLabel="Manage by hand"
        isBusy={take.isPending}
        onClose={() => setAsked(false)}
        onConfirm={() => take.mutate({ id: member.id })}
      >
        {take.error && <FailureNotice what="Nothing was changed" error={take.error} />}
        <Text>
          Name, address and access are decided here from then on. Do this only when your identity provider no longer
          sends {member.name}: its next synchronisation would take the entry back.
        </Text>
      </ConfirmDialog>
    </>
  );
}
