import { Text } from '@mantine/core';
import { useQueryClient, useSuspenseQuery } from '@tanstack/react-query';
import { Navigate, useRouter, useSearch } from '@tanstack/react-router';
import { sessionQuery } from '#console/session.ts';
import { PlainPage } from '#console/shell/PlainPage.tsx';
import { Notice } from '#console/ui/Notice.tsx';
import { localPath } from './local-path.ts';
import { SignInForm } from './SignInForm.tsx';
import { signOnAddress } from './sign-on-address.ts';

export function SignInPage() {
  const { next } = useSearch({ from: '/sign-in' });
  const { data: session } = useSuspenseQuery(sessionQuery);
  const queries = useQueryClient();
  const router = useRouter();
  if (session.state === 'signed-in') return <Navigate to={localPath(next)} replace />;
  if (session.needsSetup) return <NeedsSetup />;
  return (
    <PlainPage title="Sign in">
      <SignInForm
        onSignedIn={async () => {
          await queries.invalidateQueries({ queryKey: sessionQuery.queryKey });
          router.history.replace(localPath(next));
        }}
        onLeave={(to) => location.assign(signOnAddress({ ...to, next: localPath(next) }))}
      />
      <Text size="sm" c="dimmed" mt="lg">
        No account yet, or password forgotten? A workspace owner can send you a link.
      </Text>
    </PlainPage>
  );
}

function NeedsSetup() {
  return (
    <PlainPage title="Set up this Reeve" description="It has no owner yet.">
      <Notice tone="info" title="Open the set-up link">
        <p>
          Reeve printed it in the terminal at its first start. Lost it? Run <code>reeve owner-link</code> on the server
          to get a new one.
        </p>
      </Notice>
    </PlainPage>
  );
}
