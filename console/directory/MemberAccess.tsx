import { Button, Text } from '@mantine/core';
import { useMutation, useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import type { z } from 'zod';
import { api } from '#console/api.ts';
import { browserName } from '#console/identity/browser-name.ts';
import { ClientSignInEntry } from '#console/identity/ClientSignInEntry.tsx';
import { Entry, EntryList } from '#console/identity/EntryList.tsx';
import { FailureNotice } from '#console/shell/FailureNotice.tsx';
import { Loaded } from '#console/shell/Loaded.tsx';
import { showDone, showFailure } from '#console/shell/show-result.ts';
import { ConfirmDialog } from '#console/ui/ConfirmDialog.tsx';
import { EmptyState } from '#console/ui/EmptyState.tsx';
import { countOf } from '#console/ui/figures.ts';
import { RelativeTime } from '#console/ui/RelativeTime.tsx';
import { Section } from '#console/ui/Section.tsx';
import { RowSkeletons } from '#console/ui/Skeletons.tsx';
import type { Member } from '#contract/directory.ts';
import type { MemberAccess as Access } from '#contract/directory-access.ts';
import { SignInMethods } from './SignInMethods.tsx';

const methodWords = {
  password: 'with a password',
  sso: 'by single sign-on',
  passkey: 'with a passkey',
  link: 'by a link',
} as const;

/** What somebody is signed in with at this moment, each to be ended here. */
export function MemberAccess({ member }: { member: Member }) {
  const access = useQuery(api.directory.access.get.queryOptions({ input: { id: member.id } }));
  const hasAny = access.data && access.data.sessions.length + access.data.signIns.length > 0;
  return (
    <>
      <Section
        title="Signed in"
        description="Browsers in this console and Codex clients that work in their name."
        action={hasAny && <SignOut member={member} />}
      >
        <Loaded query={access} what="Their sign-ins could not be loaded" skeleton={<RowSkeletons rows={2} />}>
          {({ sessions, signIns }) =>
            sessions.length + signIns.length === 0 ? (
              <EmptyState>{member.name} is not signed in anywhere.</EmptyState>
            ) : (
              <EntryList label="Signed in">
                <Sessions memberId={member.id} sessions={sessions} />
                <SignIns memberId={member.id} signIns={signIns} />
              </EntryList>
            )
          }
        </Loaded>
      </Section>
      <SignInMethods member={member} access={access} />
    </>
  );
}

type Of<Key extends 'sessions' | 'signIns'> = { memberId: string } & Pick<z.infer<typeof Access>, Key>;

function Sessions({ memberId, sessions }: Of<'sessions'>) {
  const end = useMutation(
    api.directory.access.endSession.mutationOptions({
      onSuccess: () => showDone('That browser is signed out.'),
      onError: (error) => showFailure('That browser is still signed in', error),
    }),
  );
  return sessions.map(({ id, userAgent, ip, lastSeenAt, startedAt, method }) => (
    <Entry
      key={id}
      title={browserName(userAgent)}
      facts={[
        'console',
        methodWords[method],
        ip,
        <span key="since">
          signed in <RelativeTime at={startedAt} />
        </span>,
        <span key="seen">
          seen <RelativeTime at={lastSeenAt} />
        </span>,
      ]}
      action={
        <Button
          variant="default"
          size="xs"
          aria-label={`Sign out: ${browserName(userAgent)}`}
          loading={end.isPending}
          onClick={() => end.mutate({ id: memberId, sessionId: id })}
        >
          Sign out
        </Button>
      }
    />
  ));
}

function SignIns({ memberId, signIns }: Of<'signIns'>) {
  const end = useMutation(
    api.directory.access.endSignIn.mutationOptions({
      onSuccess: () => showDone('That client is signed out at its next request.'),
      onError: (error) => showFailure('That client is still signed in', error),
    }),
  );
  return signIns.map((signIn) => (
    <ClientSignInEntry
      key={signIn.id}
      signIn={signIn}
      isEnding={end.isPending}
      onEnd={() => end.mutate({ id: memberId, signInId: signIn.id })}
    />
  ));
}

function SignOut({ member }: { member: Member }) {
  const [isAsked, setAsked] = useState(false);
  const signOut = useMutation(
    api.directory.access.signOut.mutationOptions({
      onSuccess: ({ sessions, signIns }) => {
        showDone(`${countOf(sessions, 'browser')} and ${countOf(signIns, 'Codex client')} signed out.`);
        setAsked(false);
      },
    }),
  );
  return (
    <>
      <Button variant="default" onClick={() => setAsked(true)}>
        Sign out everywhere
      </Button>
      <ConfirmDialog
        isOpen={isAsked}
        title={`Sign ${member.name} out everywhere?`}
        confirmLabel="Sign out everywhere"
        isDestructive
        isBusy={signOut.isPending}
        onClose={() => setAsked(false)}
        onConfirm={() => signOut.mutate({ id: member.id })}
      >
        {signOut.error && <FailureNotice what="They are still signed in" error={signOut.error} />}
        <Text>
          All their browsers and Codex clients are signed out at their next request. They stay a member and may sign in
          again. Access tokens stay; revoke those one by one.
        </Text>
      </ConfirmDialog>
    </>
  );
}
