import { Button, Group } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { api } from '#console/api.ts';
import { Entry, EntryList } from '#console/identity/EntryList.tsx';
import { useIsOwner } from '#console/session.ts';
import { Loaded } from '#console/shell/Loaded.tsx';
import { EmptyState } from '#console/ui/EmptyState.tsx';
import { RelativeTime } from '#console/ui/RelativeTime.tsx';
import { Section } from '#console/ui/Section.tsx';
import { RowSkeletons } from '#console/ui/Skeletons.tsx';
import { StatusBadge } from '#console/ui/StatusBadge.tsx';
import type { WorkspaceKey } from '#contract/keys.ts';
import { CreateProvisioningToken } from './CreateProvisioningToken.tsx';
import { RevokeProvisioningToken } from './RevokeProvisioningToken.tsx';
import { RotateProvisioningToken } from './RotateProvisioningToken.tsx';

type Asked = { what: 'create' } | { what: 'rotate' | 'revoke'; token: WorkspaceKey } | null;

/** Keys of the workspace with the scope `scim`. Several at once: one for each provider, two during a change. */
export function ProvisioningTokens() {
  const keys = useQuery(api.keys.list.queryOptions());
  const mayMake = useIsOwner();
  const [asked, setAsked] = useState<Asked>(null);
  const close = () => setAsked(null);
  const maxDays = keys.data?.maxDays ?? 365;
  const create = mayMake && <Button onClick={() => setAsked({ what: 'create' })}>Make a token</Button>;
  const tokens = (keys.data?.items ?? []).filter(({ scopes }) => scopes.includes('scim'));
  return (
    <Section
      title="Tokens"
      description="With one the provider may create, change and deprovision people and groups, and nothing else."
      action={tokens.length > 0 && create}
    >
      <Loaded query={keys} what="The tokens could not be loaded" skeleton={<RowSkeletons rows={2} />}>
        {() =>
          tokens.length === 0 ? (
            <EmptyState action={create}>
              No token yet. The identity provider needs one to send its people.
              {!mayMake && ' A workspace owner makes it, because it reaches every account.'}
            </EmptyState>
          ) : (
            <EntryList label="Tokens">
              {tokens.map((token) => (
                <TokenEntry
                  key={token.id}
                  token={token}
                  onRotate={mayMake ? () => setAsked({ what: 'rotate', token }) : undefined}
                  onRevoke={() => setAsked({ what: 'revoke', token })}
                />
              ))}
            </EntryList>
          )
        }
      </Loaded>
      {asked?.what === 'create' && <CreateProvisioningToken maxDays={maxDays} onClose={close} />}
      {asked?.what === 'rotate' && <RotateProvisioningToken token={asked.token} maxDays={maxDays} onClose={close} />}
      {asked?.what === 'revoke' && <RevokeProvisioningToken token={asked.token} onClose={close} />}
    </Section>
  );
}

interface TokenEntryProps {
  token: WorkspaceKey;
  /** Left out for those who may not see its secret. */
  onRotate: (() => void) | undefined;
  onRevoke: () => void;
}

function TokenEntry({ token, onRotate, onRevoke }: TokenEntryProps) {
  const { name, state, secrets, expiresAt, lastUsedAt, lastUsedIp } = token;
  const ending = secrets.find(({ endsAt }) => endsAt !== null);
  return (
    <Entry
      title={name}
      badge={state !== 'active' && <StatusBadge tone="off">{state === 'revoked' ? 'Revoked' : 'Expired'}</StatusBadge>}
      facts={[
        secrets[0] && <code key="hint">{secrets[0].hint}…</code>,
        lastUsedAt ? (
          <span key="used">
            used <RelativeTime at={lastUsedAt} />
            {lastUsedIp && ` from ${lastUsedIp}`}
          </span>
        ) : (
          'never used'
        ),
        state === 'active' && (
          <span key="ends">
            ends <RelativeTime at={expiresAt} />
          </span>
        ),
        state === 'active' && ending?.endsAt && (
          <span key="former">
            the former one works until <RelativeTime at={ending.endsAt} />
          </span>
        ),
      ]}
      action={
        state === 'active' && (
          <Group gap={8} wrap="nowrap">
            {onRotate && (
              <Button variant="default" size="xs" aria-label={`Rotate: ${name}`} onClick={onRotate}>
                Rotate
              </Button>
            )}
            <Button variant="default" size="xs" aria-label={`Revoke: ${name}`} onClick={onRevoke}>
              Revoke
            </Button>
          </Group>
        )
      }
    />
  );
}
