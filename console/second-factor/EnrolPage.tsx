import { Anchor, Button, Stack, Text } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { Navigate, useRouter, useSearch } from '@tanstack/react-router';
import { KeyRound, Smartphone } from 'lucide-react';
import { useState } from 'react';
import { api } from '#console/api.ts';
import { localPath } from '#console/identity/local-path.ts';
import { paths } from '#console/paths.ts';
import { sessionQuery, useSession } from '#console/session.ts';
import { PlainPage } from '#console/shell/PlainPage.tsx';
import { showFailure } from '#console/shell/show-result.ts';
import { AddPasskey } from './AddPasskey.tsx';
import { AddTotp } from './AddTotp.tsx';
import { RecoveryCodes } from './RecoveryCodes.tsx';
import { canUsePasskeys } from './webauthn.ts';

/** Where members stand whose workspace asks for a second factor and who have none. */
export function EnrolPage() {
  const { next } = useSearch({ from: '/focused/account/second-factor' });
  const { workspace, member, secondFactor } = useSession();
  const queries = useQueryClient();
  const router = useRouter();
  const [chosen, setChosen] = useState<'passkey' | 'totp' | null>(null);
  const [codes, setCodes] = useState<string[] | null>(null);
  const goOn = async () => {
    await queries.invalidateQueries({ queryKey: sessionQuery.queryKey });
    router.history.replace(localPath(next));
  };
  if (codes)
    return (
      <PlainPage title="Your recovery codes" isWide>
        <Stack gap="lg">
          <RecoveryCodes codes={codes} />
          <Button w="fit-content" onClick={() => void goOn()}>
            I have kept them, continue
          </Button>
        </Stack>
      </PlainPage>
    );
  if (!secondFactor.mustEnrolNow && chosen === null) return <Navigate to={localPath(next)} replace />;
  const added = (recoveryCodes: string[]) => (recoveryCodes.length > 0 ? setCodes(recoveryCodes) : void goOn());
  const Form = chosen === 'passkey' ? AddPasskey : AddTotp;
  return (
    <PlainPage
      title="Set up a second factor"
      description={`${workspace.name} asks for one besides your password. It takes a minute.`}
      isWide={chosen === 'totp'}
    >
      {chosen === null ? (
        <Stack gap="md">
          {canUsePasskeys() ? (
            <Button leftSection={<KeyRound size={16} aria-hidden />} onClick={() => setChosen('passkey')}>
              Add a passkey
            </Button>
          ) : (
            <Text size="sm" c="dimmed">
              This browser, or this address, cannot use passkeys; an authenticator app works everywhere.
            </Text>
          )}
          <Button
            variant={canUsePasskeys() ? 'default' : 'filled'}
            leftSection={<Smartphone size={16} aria-hidden />}
            onClick={() => setChosen('totp')}
          >
            Add an authenticator app
          </Button>
          <SignOut email={member.email} />
        </Stack>
      ) : (
        <Form onAdded={added} onCancel={() => setChosen(null)} />
      )}
    </PlainPage>
  );
}

function SignOut({ email }: { email: string }) {
  const signOut = useMutation(
    api.identity.signOut.mutationOptions({
      meta: { leavesPage: true },
      onSuccess: () => location.assign(paths.signIn),
      onError: (error) => showFailure('You are still signed in', error),
    }),
  );
  return (
    <Anchor component="button" type="button" size="sm" w="fit-content" onClick={() => signOut.mutate({})}>
      Not {email}? Sign out
    </Anchor>
  );
}
