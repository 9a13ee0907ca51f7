import { Button, Group } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { RefreshCw } from 'lucide-react';
import { useState } from 'react';
import { api } from '#console/api.ts';
import { Entry } from '#console/identity/EntryList.tsx';
import { showFailure } from '#console/shell/show-result.ts';
import { Notice } from '#console/ui/Notice.tsx';
import { RelativeTime } from '#console/ui/RelativeTime.tsx';
import { StatusBadge } from '#console/ui/StatusBadge.tsx';
import type { GitConnection } from '#contract/git-servers.ts';
import { ExternalLink } from '../ExternalLink.tsx';
import { connectionStates, kindNames } from '../git-words.ts';
import { Installations } from './Installations.tsx';
import { RemoveConnection } from './RemoveConnection.tsx';
import { ReplaceSecrets } from './ReplaceSecrets.tsx';
import { ReplaceToken } from './ReplaceToken.tsx';
import { WebhookLine } from './WebhookLine.tsx';

export function ConnectionEntry({ connection }: { connection: GitConnection }) {
  const { id, name, kind, baseUrl, appUrl, state, createdBy, createdAt } = connection;
  const [opened, setOpened] = useState<'remove' | 'token' | 'secrets' | null>(null);
  const close = () => setOpened(null);
  const sync = useMutation(
    api.git.sync.mutationOptions({ onError: (error) => showFailure(`${name} could not be checked`, error) }),
  );
  const { tone, word } = connectionStates[state];
  return (
    <Entry
      title={appUrl ? <ExternalLink href={appUrl}>{name}</ExternalLink> : name}
      badge={<StatusBadge tone={tone}>{word}</StatusBadge>}
      facts={[
        new URL(baseUrl).host,
        kindNames[kind],
        <span key="made">
          connected by {createdBy} <RelativeTime at={createdAt} />
        </span>,
      ]}
      action={
        <Group gap={8}>
          <Button
            variant="default"
            size="xs"
            aria-label={`Check now: ${name}`}
            leftSection={<RefreshCw size={14} aria-hidden />}
            loading={sync.isPending}
            onClick={() => sync.mutate({ id })}
          >
            Check now
          </Button>
          {kind === 'git' && (
            <Button
              variant="default"
              size="xs"
              aria-label={`Replace token: ${name}`}
              onClick={() => setOpened('token')}
            >
              Replace token
            </Button>
          )}
          {kind === 'github' && (
            <Button
              variant="default"
              size="xs"
              aria-label={`Renew secrets: ${name}`}
              onClick={() => setOpened('secrets')}
            >
              Renew secrets
            </Button>
          )}
          <Button
            variant="subtle"
            color="red"
            size="xs"
            aria-label={`Disconnect ${name}`}
            onClick={() => setOpened('remove')}
          >
            Disconnect
          </Button>
        </Group>
      }
    >
      <Problem connection={connection} />
      <Installations connection={connection} />
      {kind === 'github' && <WebhookLine connection={connection} />}
      {opened === 'remove' && <RemoveConnection connection={connection} onClose={close} />}
      {opened === 'secrets' && <ReplaceSecrets connection={connection} onClose={close} />}
      {opened === 'token' && <ReplaceToken connection={connection} onClose={close} />}
    </Entry>
  );
}

function Problem({ connection: { problem, kind, name, installUrl, state } }: { connection: GitConnection }) {
  if (problem !== null)
    return (
      <Notice tone="bad" title={`${name} could not be asked`}>
        <p>
          {problem}{' '}
          {kind === 'git'
            ? 'Check whether the deploy token still is good; another one can take its place.'
            : 'Tasks that need it wait or fail. Look at the app on GitHub; where its key was renewed there, give the new one here. Then check again.'}
        </p>
      </Notice>
    );
  if (state !== 'waiting' || installUrl === null) return null;
  return (
    <Notice
      tone="warn"
      title="Next: install the app"
      actions={
        <Button component="a" href={installUrl} size="xs">
          Install on GitHub
        </Button>
      }
    >
      <p>
        The app exists and reaches nothing yet. An owner of the organisation installs it and chooses which repositories
        it reaches; with Enterprise Managed Users nobody else can.
      </p>
    </Notice>
  );
}
