import { Button, Group, Stack } from '@mantine/core';
import { useMutation, useQuery } from '@tanstack/react-query';
import { useParams } from '@tanstack/react-router';
import { api } from '#console/api.ts';
import { useSession } from '#console/session.ts';
import { FailureNotice } from '#console/shell/FailureNotice.tsx';
import { PlainPage } from '#console/shell/PlainPage.tsx';
import { Facts } from '#console/ui/Facts.tsx';
import { Notice } from '#console/ui/Notice.tsx';
import { RowSkeletons } from '#console/ui/Skeletons.tsx';

/** Set on the way to the client's own listener on this machine; the content security policy forbids a form for that. */
const leaveTo = ({ redirectTo }: { redirectTo: string }) => location.assign(redirectTo);

/** The browser sign-in a Codex client started. */
export function AuthorizationPage() {
  const { uid } = useParams({ from: '/focused/authorize/$uid' });
  const { member } = useSession();
  const request = useQuery(
    api.identity.authorization.queryOptions({ input: { uid }, retry: false, staleTime: Number.POSITIVE_INFINITY }),
  );
  const approve = useMutation(api.identity.approveAuthorization.mutationOptions({ onSuccess: leaveTo }));
  const deny = useMutation(api.identity.denyAuthorization.mutationOptions({ onSuccess: leaveTo }));
  if (request.isPending) {
    return (
      <PlainPage title="Sign in to Codex">
        <RowSkeletons rows={4} />
      </PlainPage>
    );
  }
  if (request.error) {
    return (
      <PlainPage title="Sign in to Codex">
        <FailureNotice what="This sign-in cannot go on" error={request.error} />
      </PlainPage>
    );
  }
  const { client, redirectHost, workspaceName, refusal } = request.data;
  const error = approve.error ?? deny.error;
  const isLeaving = approve.isSuccess || deny.isSuccess;
  return (
    <PlainPage title="Sign in to Codex" description={`${client} asks to work as you in ${workspaceName}.`}>
      <Stack gap="md">
        {error && <FailureNotice what="Nothing was decided" error={error} />}
        {refusal && (
          <Notice tone="warn" title="You cannot be let in">
            <p>{refusal}</p>
          </Notice>
        )}
        <Facts
          items={[
            ['You', `${member.name} (${member.email})`],
            ['Workspace', workspaceName],
            ['Goes back to', `${redirectHost}, the client on this machine`],
          ]}
        />
        <Group gap={8} grow>
          <Button variant="default" loading={deny.isPending} disabled={isLeaving} onClick={() => deny.mutate({ uid })}>
            {refusal ? 'Back to the client' : 'Deny'}
          </Button>
          {!refusal && (
            <Button loading={approve.isPending || isLeaving} onClick={() => approve.mutate({ uid })}>
              Continue
            </Button>
          )}
        </Group>
      </Stack>
    </PlainPage>
  );
}
