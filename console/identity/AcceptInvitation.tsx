import { Button, Stack } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import type { z } from 'zod';
import { api } from '#console/api.ts';
import { paths } from '#console/paths.ts';
import { PlainPage } from '#console/shell/PlainPage.tsx';
import { RowSkeletons } from '#console/ui/Skeletons.tsx';
import type { LinkPreview } from '#contract/directory.ts';
import { JoinWithPassword } from './JoinWithPassword.tsx';
import { SingleSignOnStep } from './SingleSignOnStep.tsx';
import { signOnAddress } from './sign-on-address.ts';

interface AcceptInvitationProps {
  token: string;
  preview: z.infer<typeof LinkPreview>;
  onDone: () => Promise<void>;
}

/** Joining by the identity provider where it serves the invited address; with a new password otherwise. */
export function AcceptInvitation({ token, preview, onDone }: AcceptInvitationProps) {
  const email = preview.email ?? '';
  const [isPasswordWanted, setPasswordWanted] = useState(false);
  // Where the answer fails to come, a password is tried: the server refuses it if it may not be.
  const options = useQuery(
    api.sso.signInOptions.queryOptions({ input: { email }, enabled: email !== '', retry: false, staleTime: 'static' }),
  );
  const asked = email !== '' && options.isPending;
  const { connection = null, isPasswordOffered = true } = options.data ?? {};
  const isSignOnFirst = !isPasswordWanted && (connection !== null || !isPasswordOffered);
  return (
    <PlainPage
      title={`Join ${preview.workspaceName ?? 'the workspace'}`}
      description={
        preview.invitedBy ? `${preview.invitedBy} invited you to use Codex here.` : 'You are invited to use Codex here.'
      }
    >
      {asked ? (
        <RowSkeletons rows={3} />
      ) : isSignOnFirst ? (
        <SingleSignOnStep
          email={email}
          connection={connection}
          isPasswordOffered={isPasswordOffered}
          onPassword={isPasswordOffered ? () => setPasswordWanted(true) : undefined}
          onContinue={(connectionId) => location.assign(signOnAddress({ connectionId, next: paths.connect, email }))}
        />
      ) : (
        <Stack gap="md">
          <JoinWithPassword token={token} preview={preview} onDone={onDone} />
          {connection && (
            <Button variant="default" fullWidth onClick={() => setPasswordWanted(false)}>
              Continue with {connection.name} instead
            </Button>
          )}
        </Stack>
      )}
    </PlainPage>
  );
}
