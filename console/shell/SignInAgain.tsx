import { Text } from '@mantine/core';
import { useQueryClient } from '@tanstack/react-query';
import { settleSignIn, useSessionExpired } from '#console/expired-session.ts';
import { SignInForm } from '#console/identity/SignInForm.tsx';
import { useSession } from '#console/session.ts';
import { Dialog } from '#console/ui/Dialog.tsx';

/** Over the page, so that everything typed there is still there afterwards. */
export function SignInAgain() {
  const isExpired = useSessionExpired();
  const { member } = useSession();
  const queries = useQueryClient();
  const leave = () => {
    settleSignIn({ signedIn: false });
    location.assign('/sign-in');
  };
  return (
    <Dialog
      opened={isExpired}
      onClose={leave}
      title="Your session has ended"
      closeOnClickOutside={false}
      closeButtonProps={{ 'aria-label': 'Leave this page' }}
    >
      <Text mb="md">Sign in again to go on where you were. What you typed is still here.</Text>
      <SignInForm
        email={member.email}
        onSignedIn={async () => {
          settleSignIn({ signedIn: true });
          await queries.invalidateQueries();
        }}
      />
    </Dialog>
  );
}
