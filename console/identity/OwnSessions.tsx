import { Button, Text } from '@mantine/core';
import { useMutation, useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { api } from '#console/api.ts';
import { FailureNotice } from '#console/shell/FailureNotice.tsx';
import { Loaded } from '#console/shell/Loaded.tsx';
import { showDone, showFailure } from '#console/shell/show-result.ts';
import { ConfirmDialog } from '#console/ui/ConfirmDialog.tsx';
import { EmptyState } from '#console/ui/EmptyState.tsx';
import { RelativeTime } from '#console/ui/RelativeTime.tsx';
import { Section } from '#console/ui/Section.tsx';
import { RowSkeletons } from '#console/ui/Skeletons.tsx';
import { StatusBadge } from '#console/ui/StatusBadge.tsx';
import { browserName } from './browser-name.ts';
import { ClientSignInEntry } from './ClientSignInEntry.tsx';
import { Entry, EntryList } from './EntryList.tsx';

export function OwnSessions() {
  const sessions = useQuery(api.identity.sessions.queryOptions());
  const clients = useQuery(api.identity.clientSignIns.queryOptions());
  const endSession = useMutation(
    api.identity.revokeSession.mutationOptions({
      onSuccess: () => showDone('That browser is signed out.'),
      onError: (error) => showFailure('That browser is still signed in', error),
    }),
  );
  const endClient = useMutation(
    api.identity.revokeClientSignIn.mutationOptions({
      onSuccess: () => showDone('That client is signed out at its next request.'),
      onError: (error) => showFailure('That client is still signed in', error),
    }),
  );
  return (
    <>
      <Section title="Browsers" description="This console, opened elsewhere.">
        <Loaded query={sessions} what="Your sessions could not be loaded" skeleton={<RowSkeletons rows={2} />}>
          {({ items }) => (
            <EntryList label="Browsers">
              {items.map(({ id, userAgent, ip, lastSeenAt, startedAt, isCurrent }) => (
                <Entry
                  key={id}
                  title={browserName(userAgent)}
                  badge={isCurrent && <StatusBadge tone="info">This one</StatusBadge>}
                  facts={[
                    ip,
                    <RelativeTime key="seen" at={lastSeenAt} />,
                    <span key="since">
                      signed in <RelativeTime at={startedAt} />
                    </span>,
                  ]}
                  action={
                    !isCurrent && (
                      <Button
                        variant="default"
                        size="xs"
                        aria-label={`Sign out: ${browserName(userAgent)}`}
                        onClick={() => endSession.mutate({ id })}
                      >
                        Sign out
                      </Button>
                    )
                  }
                />
              ))}
            </EntryList>
          )}
        </Loaded>
      </Section>
      <Section title="Codex clients" description="Clients that work in your name.">
        <Loaded query={clients} what="Your clients could not be loaded" skeleton={<RowSkeletons rows={2} />}>
          {({ items }) =>
            items.length === 0 ? (
              <EmptyState>No Codex client is signed in as you.</EmptyState>
            ) : (
              <EntryList label="Codex clients">
                {items.map((signIn) => (
                  <ClientSignInEntry
                    key={signIn.id}
                    signIn={signIn}
                    isEnding={endClient.isPending}
                    onEnd={() => endClient.mutate({ id: signIn.id })}
                  />
                ))}
              </EntryList>
            )
          }
        </Loaded>
      </Section>
      <SignOutEverywhere />
    </>
  );
}

function SignOutEverywhere() {
  const [isAsked, setAsked] = useState(false);
  const signOut = useMutation(
    api.identity.signOutEverywhere.mutationOptions({
      meta: { leavesPage: true },
      onSuccess: () => location.assign('/sign-in'),
    }),
  );
  return (
    <Section title="Sign out everywhere" description="Lost a machine, or used one that is not yours?">
      <Button variant="outline" color="red" onClick={() => setAsked(true)}>
        Sign out everywhere
      </Button>
      <ConfirmDialog
        isOpen={isAsked}
        title="Sign out everywhere?"
        confirmLabel="Sign out everywhere"
        isDestructive
        isBusy={signOut.isPending}
        onClose={() => setAsked(false)}
        onConfirm={() => signOut.mutate({})}
      >
        {signOut.error && <FailureNotice what="You are still signed in" error={signOut.error} />}
        <Text>
          All your browsers, this one too, and all your Codex clients are signed out at their next request. Access
          tokens stay; revoke those one by one.
        </Text>
      </ConfirmDialog>
    </Section>
  );
}
