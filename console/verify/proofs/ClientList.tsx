import { Button, Text } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import { api } from '#console/api.ts';
import { Entry, EntryList } from '#console/identity/EntryList.tsx';
import { FailureNotice } from '#console/shell/FailureNotice.tsx';
import { showDone } from '#console/shell/show-result.ts';
import { ConfirmDialog } from '#console/ui/ConfirmDialog.tsx';
import { StatusBadge, type Tone } from '#console/ui/StatusBadge.tsx';
import type { ProofClient } from '#contract/proofs.ts';

const states: Record<ProofClient['state'], [Tone, string]> = {
  installed: ['ok', 'Installed'],
  installing: ['info', 'Being installed'],
  absent: ['off', 'Not installed'],
  failed: ['bad', 'Not installed'],
};

interface ClientListProps {
  clients: ProofClient[];
  mayInstall: boolean;
}

/** Which pinned clients this server has, to prove with. */
export function ClientList({ clients, mayInstall }: ClientListProps) {
  const [asked, setAsked] = useState<string | null>(null);
  return (
    <>
      <EntryList label="Clients on this server">
        {clients.map(({ version, state, error }) => {
          const [tone, word] = states[state];
          return (
            <Entry
              key={version}
              title={<code>{version}</code>}
              badge={<StatusBadge tone={tone}>{word}</StatusBadge>}
              facts={[error]}
              action={
                mayInstall &&
                (state === 'absent' || state === 'failed') && (
                  <Button variant="default" aria-label={`Install ${version}`} onClick={() => setAsked(version)}>
                    Install
                  </Button>
                )
              }
            />
          );
        })}
      </EntryList>
      {asked !== null && <InstallClient version={asked} onClose={() => setAsked(null)} />}
    </>
  );
}

function InstallClient({ version, onClose }: { version: string; onClose: () => void }) {
  const install = useMutation(
    api.proofs.installClient.mutationOptions({
      onSuccess: () => {
        showDone(`${version} is being installed. It goes on when you leave this page.`);
        onClose();
      },
    }),
  );
  return (
    <ConfirmDialog
      isOpen
      title={`Install the client ${version}?`}
      confirmLabel="Install client"
      isBusy={install.isPending}
      onClose={onClose}
      onConfirm={() => install.mutate({ version })}
    >
      {install.error && <FailureNotice what="The client was not installed" error={install.error} />}
      <Text>
        The server fetches exactly this version from npm, 300 to 400 MB, checks it against the lockfile that came with
        Reeve, and keeps it in its own folder. It is used for proofs only; no member gets it.
      </Text>
    </ConfirmDialog>
  );
}
