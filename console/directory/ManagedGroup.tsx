import { Box, Button } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { api } from '#console/api.ts';
import { useCan } from '#console/session.ts';
import { showDone, showFailure } from '#console/shell/show-result.ts';
import { Notice } from '#console/ui/Notice.tsx';
import type { Group } from '#contract/directory.ts';

/** Why there is nothing to add or rename here, and the way out when SCIM is given up. */
export function ManagedGroup({ group }: { group: Group }) {
  const mayTake = useCan('sign-in.write');
  const take = useMutation(
    api.directory.groups.takeOver.mutationOptions({
      onSuccess: ({ name }) => showDone(`${name} is managed by hand from now on.`),
      onError: (error) => showFailure('Nothing was changed', error),
    }),
  );
  return (
    <Box mb="lg">
      <Notice
        tone="info"
        title="This group comes from your identity provider"
        actions={
          mayTake && (
            <Button variant="default" size="xs" loading={take.isPending} onClick={() => take.mutate({ id: group.id })}>
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
    </Box>
  );
}
