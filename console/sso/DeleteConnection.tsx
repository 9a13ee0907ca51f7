import { Button, Text } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import { api } from '#console/api.ts';
import { paths } from '#console/paths.ts';
import { FailureNotice } from '#console/shell/FailureNotice.tsx';
import { showDone } from '#console/shell/show-result.ts';
import { ConfirmDialog } from '#console/ui/ConfirmDialog.tsx';
import { Section } from '#console/ui/Section.tsx';
import type { Connection } from '#contract/sso.ts';

export function DeleteConnection({ connection: { id, name, status, lastUsedAt } }: { connection: Connection }) {
  const [isAsked, setAsked] = useState(false);
  const navigate = useNavigate();
  const remove = useMutation(
    api.sso.connections.remove.mutationOptions({
      meta: { leavesPage: true },
      onSuccess: async () => {
        showDone(`${name} was deleted.`);
        await navigate({ to: paths.singleSignOn });
      },
    }),
  );
  return (
    <Section
      title="Delete this connection"
      description="The people stay members; they just do not sign in with it any more. To stop it for a while, disable it."
    >
      <Button variant="outline" color="red" onClick={() => setAsked(true)}>
        Delete connection
      </Button>
      <ConfirmDialog
        isOpen={isAsked}
        title={`Delete ${name}?`}
        confirmLabel="Delete connection"
        typeToConfirm={name}
        isDestructive
        isBusy={remove.isPending}
        onClose={() => setAsked(false)}
        onConfirm={() => remove.mutate({ id })}
      >
        {remove.error && <FailureNotice what="The connection was not deleted" error={remove.error} />}
        <Text>
          {status === 'enabled' && lastUsedAt
            ? 'People sign in with it. They need another connection, or a password, from now on. '
            : ''}
          Its settings, secrets and the links between accounts there and members here go. This cannot be undone; a new
          connection has other addresses at the provider.
        </Text>
      </ConfirmDialog>
    </Section>
  );
}
