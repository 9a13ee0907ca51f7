import { Button, Group } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { Plus } from 'lucide-react';
import { useState } from 'react';
import { api } from '#console/api.ts';
import { EntryList } from '#console/identity/EntryList.tsx';
import { Loaded } from '#console/shell/Loaded.tsx';
import { EmptyState } from '#console/ui/EmptyState.tsx';
import { Section } from '#console/ui/Section.tsx';
import { RowSkeletons } from '#console/ui/Skeletons.tsx';
import { YourAccount } from '../account/YourAccount.tsx';
import { ConnectGit } from './ConnectGit.tsx';
import { ConnectGithub } from './ConnectGithub.tsx';
import { ConnectionEntry } from './ConnectionEntry.tsx';
import { EgressAddresses } from './EgressAddresses.tsx';
import { useSyncAfterInstall } from './use-sync-after-install.ts';

/** The servers that are connected, how each fares, and what to do next. */
export function ConnectionsTab() {
  const connections = useQuery(api.git.connections.queryOptions());
  const [opened, setOpened] = useState<'github' | 'git' | null>(null);
  useSyncAfterInstall(connections.data?.items);
  const close = () => setOpened(null);
  const add = (
    <Group gap={8} justify="center">
      <Button leftSection={<Plus size={16} aria-hidden />} onClick={() => setOpened('github')}>
        Connect GitHub
      </Button>
      <Button variant="default" onClick={() => setOpened('git')}>
        Connect another git server
      </Button>
    </Group>
  );
  return (
    <>
      <Loaded query={connections} what="The connections could not be loaded" skeleton={<RowSkeletons rows={3} />}>
        {({ items, egressUrl, egressRanges }) => (
          <>
            <Section title="Connections" action={items.length > 0 && add}>
              {items.length === 0 ? (
                <EmptyState action={add}>
                  No git server is connected, so environments have no repositories to work in. GitHub takes about three
                  minutes: it makes an app that is yours alone.
                </EmptyState>
              ) : (
                <EntryList label="Connections">
                  {items.map((connection) => (
                    <ConnectionEntry key={connection.id} connection={connection} />
                  ))}
                </EntryList>
              )}
            </Section>
            {items.some(({ kind }) => kind === 'github') && <YourAccount />}
            <EgressAddresses url={egressUrl} ranges={egressRanges} />
          </>
        )}
      </Loaded>
      {opened === 'github' && <ConnectGithub onClose={close} />}
      {opened === 'git' && <ConnectGit onClose={close} />}
    </>
  );
}
