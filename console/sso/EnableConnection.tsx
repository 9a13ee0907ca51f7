import { Button, Text } from '@mantine/core';
import { useMutation, useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { api } from '#console/api.ts';
import { useCan, useIsOwner } from '#console/session.ts';
import { FailureNotice } from '#console/shell/FailureNotice.tsx';
import { showDone } from '#console/shell/show-result.ts';
import { ConfirmDialog } from '#console/ui/ConfirmDialog.tsx';
import { Notice } from '#console/ui/Notice.tsx';
import type { Connection } from '#contract/sso.ts';
import { listWords } from './connection-words.tsx';

export function EnableConnection({ connection }: { connection: Connection }) {
  const { id, name, status, domains, lastTest } = connection;
  const mayWrite = useCan('sign-in.write');
  const isOwner = useIsOwner();
  const [isAsked, setAsked] = useState(false);
  const settings = useQuery(api.sso.settings.queryOptions());
  const close = () => setAsked(false);
  const done = (words: string) => ({
    onSuccess: () => {
      showDone(words);
      close();
    },
  });
  const enable = useMutation(api.sso.connections.enable.mutationOptions(done(`${name} is enabled.`)));
  const disable = useMutation(api.sso.connections.disable.mutationOptions(done(`${name} is disabled.`)));
  if (!mayWrite) return null;
  const who = domains.length > 0 ? `People at ${listWords(domains)}` : 'Nobody yet, because it has no domain';
  if (status === 'enabled') {
    return (
      <>
        <Button variant="default" onClick={() => setAsked(true)}>
          Disable
        </Button>
        <ConfirmDialog
          isOpen={isAsked}
          title={`Disable ${name}?`}
          confirmLabel="Disable connection"
          isDestructive
          isBusy={disable.isPending}
          onClose={close}
          onConfirm={() => disable.mutate({ id })}
        >
          {disable.error && <FailureNotice what="It is still enabled" error={disable.error} />}
          <Text>
            {domains.length > 0 ? `${who} cannot sign in with it any more` : 'Nobody can sign in with it any more'}
            {settings.data?.isRequired
              ? ', and because single sign-on is required, with nothing else either.'
              : '; whoever has a password here can use that.'}{' '}
            Sessions and Codex clients that are signed in go on. You can enable it again.
          </Text>
        </ConfirmDialog>
      </>
    );
  }
  if (lastTest?.outcome !== 'works') return null;
  return (
    <>
      <Button onClick={() => setAsked(true)}>Enable</Button>
      <ConfirmDialog
        isOpen={isAsked}
        title={`Enable ${name}?`}
        confirmLabel="Enable connection"
        isReady={isOwner}
        isBusy={enable.isPending}
        onClose={close}
        onConfirm={() => enable.mutate({ id })}
      >
        {enable.error && <FailureNotice what="It is not enabled" error={enable.error} />}
        {!isOwner && (
          <Notice tone="info" title="An owner has to enable it">
            <p>A connection that is on signs in everybody, owners included. Ask a workspace owner to enable it here.</p>
          </Notice>
        )}
        <Text>
          {domains.length > 0 ? `${who} are` : `${who}, is`} offered “Continue with {name}” at the next sign-in.
          {settings.data?.isRequired ? '' : ' Passwords go on working.'} Sessions stay. You can disable it again.
        </Text>
      </ConfirmDialog>
    </>
  );
}
