import { Button, Divider, Stack } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { KeyRound } from 'lucide-react';
import { client } from '#console/api.ts';
import { ProofNotice } from './ProofNotice.tsx';
import { canUsePasskeys, showPasskey } from './webauthn.ts';

/** Signs in without e-mail and password. Not there where the browser or the address cannot. */
export function PasskeyButton({ onSignedIn }: { onSignedIn: () => void | Promise<void> }) {
  const signIn = useMutation({
    meta: { leavesPage: true },
    mutationFn: async () => {
      const { options } = await client.secondFactor.signInPasskeyOptions({});
      return client.secondFactor.signInWithPasskey({ answer: await showPasskey(options) });
    },
    onSuccess: onSignedIn,
  });
  if (!canUsePasskeys()) return null;
  return (
    <Stack gap="md">
      <Divider label="or" />
      {signIn.error && <ProofNotice what="You are not signed in" error={signIn.error} />}
      <Button
        variant="default"
        leftSection={<KeyRound size={16} aria-hidden />}
        loading={signIn.isPending}
        onClick={() => signIn.mutate()}
        fullWidth
      >
        Sign in with a passkey
      </Button>
    </Stack>
  );
}
