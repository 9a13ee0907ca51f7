import { Box, Button, Text } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import { api } from '#console/api.ts';
import { useCan } from '#console/session.ts';
import { FailureNotice } from '#console/shell/FailureNotice.tsx';
import { showDone } from '#console/shell/show-result.ts';
import { ConfirmDialog } from '#console/ui/ConfirmDialog.tsx';
import { Notice } from '#console/ui/Notice.tsx';
import type { Group } from '#contract/directory.ts';

/** Why there is nothing to add or rename here, and the way out when SCIM is given up. */
export function ManagedGroup({ group }: { group: Group }) {
  const mayTake = useCan('sign-in.write');
  const [isAsked, setAsked] = useState(false);
  const take = useMutation(
    api.directory.groups.takeOver.mutationOptions({
      onSuccess: ({ name }) => {
        showDone(`${name} is managed by hand from now on.`);
        setAsked(false);
      },
    }),
  );
  return (
    <Box mb="lg">
      <Notice
        tone="info"
        title="This group comes from your identity provider"
        actions={
          mayTake && (
            <Button variant="default" size="xs" onClick={() => setAsked(true)}>
              Manage by hand
            </Button>
          )
        }
      >
        <p>
          Its name and its members arrive through SCIM; change them there. Roles and policies are given here. Manage it
          by hand only when the identity provider no longer sends it.
        </p>
      </Notice>
      <ConfirmDialog
        isOpen={isAsked}
        title={`Manage ${group.name} by hand?`}
        confirmLabel="Manage by hand"
        isBusy={take.isPending}
        onClose={() => setAsked(false)}
        onConfirm={() => take.mutate({ id: group.id })}
      >
        {take.error && <FailureNotice what="Nothing was changed" error={take.error} />}
        <Text>
          Its people stay in it; who joins and leaves is decided here from then on. An identity provider that still
          sends it is refused, until you hand it over again under Provisioning.
        </Text>
      </ConfirmDialog>
    </Box>
  );
}
