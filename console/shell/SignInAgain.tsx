import { Stack, Text } from '@mantine/core';
import { useQueryClient } from '@tanstack/react-query';
import { useCallback, useEffect, useState } from 'react';
import { client } from '#console/api.ts';
import { settleSignIn, useSessionExpired } from '#console/expired-session.ts';
import { SignInForm } from '#console/identity/SignInForm.tsx';
import { onSignedInElsewhere, openSignOn } from '#console/identity/sign-on-address.ts';
import { paths } from '#console/paths.ts';
import { useSession } from '#console/session.ts';
import { Dialog } from '#console/ui/Dialog.tsx';
import { Notice } from '#console/ui/Notice.tsx';

const askEveryMs = 2000;

const leave = () => {
  settleSignIn({ signedIn: false });
  location.assign(paths.signIn);
};

/** Over the page, so that everything typed there is still there afterwards. */
export function SignInAgain() {
  const isExpired = useSessionExpired();
  const { member } = useSession();
  const queries = useQueryClient();
  const [popup, setPopup] = useState<'none' | 'blocked' | 'open'>('none');
  const goOn = useCallback(async () => {
    const session = await client.identity.session({}).catch(() => null);
    if (session?.state !== 'signed-in') return;
    // The identity provider may have let somebody else in: what was typed here must not be sent in their name.
    if (session.member.id !== member.id) return location.assign(paths.overview);
    settleSignIn({ signedIn: true });
    await queries.invalidateQueries();
  }, [member.id, queries]);
  useEffect(() => (isExpired ? onSignedInElsewhere(() => void goOn()) : undefined), [isExpired, goOn]);
  // A person may also end up elsewhere in that window than where it tells of the sign-in.
  useEffect(() => {
    if (!isExpired) return setPopup('none');
    if (popup !== 'open') return;
    const timer = setInterval(() => void goOn(), askEveryMs);
    return () => clearInterval(timer);
  }, [isExpired, popup, goOn]);
  return (
    <Dialog
      opened={isExpired}
      onClose={leave}
      title="Your session has ended"
      closeOnClickOutside={false}
      // Above a dialog of the page and what is open in it.
      zIndex={400}
      closeButtonProps={{ 'aria-label': 'Leave this page' }}
    >
      <Stack gap="md">
        <Text>Sign in again to go on where you were. What you typed is still here.</Text>
        {popup === 'blocked' && (
          <Notice tone="warn" title="The browser did not open the window">
            <p>Allow pop-up windows for this page, then continue again.</p>
          </Notice>
        )}
        <SignInForm
          email={member.email}
          onSignedIn={goOn}
          onLeave={(to) => setPopup(openSignOn(to) ? 'open' : 'blocked')}
        />
      </Stack>
    </Dialog>
  );
}
