import { Button } from '@mantine/core';
import type { z } from 'zod';
import { RelativeTime } from '#console/ui/RelativeTime.tsx';
import type { ClientSignIn } from '#contract/identity.ts';
import { Entry } from './EntryList.tsx';

interface ClientSignInEntryProps {
  signIn: z.infer<typeof ClientSignIn>;
  isEnding: boolean;
  onEnd: () => void;
}

/** A Codex client that is signed in, one's own or a member's. */
export function ClientSignInEntry({ signIn, isEnding, onEnd }: ClientSignInEntryProps) {
  const { client, method, startedAt, lastUsedAt } = signIn;
  return (
    <Entry
      title={client}
      facts={[
        method === 'device-code' ? 'by device code' : 'by browser',
        <span key="since">
          signed in <RelativeTime at={startedAt} />
        </span>,
        lastUsedAt && (
          <span key="used">
            used <RelativeTime at={lastUsedAt} />
          </span>
        ),
      ]}
      action={
        <Button variant="default" size="xs" aria-label={`Sign out: ${client}`} loading={isEnding} onClick={onEnd}>
          Sign out
        </Button>
      }
    />
  );
}
