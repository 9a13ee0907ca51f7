import { Button, Text } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import type { z } from 'zod';
import { api } from '#console/api.ts';
import { Entry } from '#console/identity/EntryList.tsx';
import { FailureNotice } from '#console/shell/FailureNotice.tsx';
import { showDone, showFailure } from '#console/shell/show-result.ts';
import { ConfirmDialog } from '#console/ui/ConfirmDialog.tsx';
import { RelativeTime } from '#console/ui/RelativeTime.tsx';
import { StatusBadge } from '#console/ui/StatusBadge.tsx';
import type { GitAccount } from '#contract/git-servers.ts';

interface AccountEntryProps {
  server: { connectionId: string; name: string; host: string };
  account: z.infer<typeof GitAccount> | undefined;
}

export function AccountEntry({ server, account }: AccountEntryProps) {
  const { connectionId, name, host } = server;
  const [isUnlinking, setUnlinking] = useState(false);
  const start = useMutation(
    api.git.startLink.mutationOptions({
      onSuccess: ({ url }) => location.assign(url),
      onError: (error) => showFailure('Linking was not begun', error),
    }),
  );
  return (
    <Entry
      title={account ? account.login : host}
      badge={account ? <StatusBadge tone="ok">Linked</StatusBadge> : <StatusBadge tone="warn">Not linked</StatusBadge>}
      facts={
        account
          ? [
              host,
              `by ${name}`,
              <span key="linked">
                linked <RelativeTime at={account.linkedAt} />
              </span>,
            ]
          : [`by ${name}`, 'tasks cannot use repositories there in your name']
      }
      action={
        account ? (
          <Button variant="default" size="xs" onClick={() => setUnlinking(true)}>
            Unlink {account.login}
          </Button>
        ) : (
          <Button
            size="xs"
            aria-label={`Link your account on ${host}`}
            loading={start.isPending || start.isSuccess}
            onClick={() => start.mutate({ connectionId })}
          >
            Link your account
          </Button>
        )
      }
    >
      {isUnlinking && account && <Unlink server={server} login={account.login} onClose={() => setUnlinking(false)} />}
    </Entry>
  );
}

function Unlink({
  server,
  login,
  onClose,
}: {
  server: AccountEntryProps['server'];
  login: string;
  onClose: () => void;
}) {
  const unlink = useMutation(
    api.git.unlink.mutationOptions({
      onSuccess: () => {
        showDone(`${login} is unlinked.`);
        onClose();
      },
    }),
  );
  return (
    <ConfirmDialog
      isOpen
      title={`Unlink ${login}?`}
      confirmLabel="Unlink"
      isBusy={unlink.isPending}
      onClose={onClose}
      onConfirm={() => unlink.mutate({ connectionId: server.connectionId })}
    >
      {unlink.error && <FailureNotice what={`${login} was not unlinked`} error={unlink.error} />}
      <Text>
        Your tasks can neither read nor push on {server.host} until you link an account again, which takes a minute.
        Pull requests that exist stay.
      </Text>
    </ConfirmDialog>
  );
}
