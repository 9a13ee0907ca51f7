import { Button, SegmentedControl, Text } from '@mantine/core';
import { useMutation, useQuery } from '@tanstack/react-query';
import { useNavigate, useSearch } from '@tanstack/react-router';
import { useState } from 'react';
import { api } from '#console/api.ts';
import { useCan } from '#console/session.ts';
import { FailureNotice } from '#console/shell/FailureNotice.tsx';
import { Loaded } from '#console/shell/Loaded.tsx';
import { showDone } from '#console/shell/show-result.ts';
import { ConfirmDialog } from '#console/ui/ConfirmDialog.tsx';
import { EmptyState } from '#console/ui/EmptyState.tsx';
import { RelativeTime } from '#console/ui/RelativeTime.tsx';
import { Section } from '#console/ui/Section.tsx';
import { RowSkeletons } from '#console/ui/Skeletons.tsx';
import { StatusBadge } from '#console/ui/StatusBadge.tsx';
import type { AccessToken } from '#contract/identity.ts';
import { CreateToken } from './CreateToken.tsx';
import { Entry, EntryList } from './EntryList.tsx';
import { tokenKinds } from './token-kinds.ts';

export function AccessTokens() {
  const { of = 'me' } = useSearch({ from: '/shell/account' });
  const navigate = useNavigate({ from: '/account' });
  const mayCreate = useCan('access-tokens.create');
  const mayManage = useCan('access-tokens.manage');
  const [isCreating, setCreating] = useState(false);
  const [revoked, setRevoked] = useState<AccessToken | null>(null);
  const tokens = useQuery(api.identity.accessTokens.queryOptions({ input: { of } }));
  const create = mayCreate && <Button onClick={() => setCreating(true)}>Create access token</Button>;
  return (
    <Section
      title="Access tokens"
      description="For machines: whoever holds one works in its owner's name."
      action={create}
    >
      {mayManage && (
        <SegmentedControl
          mb="md"
          aria-label="Whose tokens"
          value={of}
          data={[
            { value: 'me', label: 'Mine' },
            { value: 'everyone', label: 'Everybody’s' },
          ]}
          onChange={(value) =>
            void navigate({ search: { tab: 'tokens', of: value === 'everyone' ? 'everyone' : 'me' }, replace: true })
          }
        />
      )}
      <Loaded query={tokens} what="The access tokens could not be loaded" skeleton={<RowSkeletons rows={3} />}>
        {({ items }) =>
          items.length === 0 ? (
            <EmptyState action={create}>
              {of === 'me'
                ? 'You have no access token. Create one for a machine without a browser, for example in CI.'
                : 'Nobody has an access token.'}
            </EmptyState>
          ) : (
            <EntryList label="Access tokens">
              {items.map((token) => (
                <TokenEntry
                  key={token.id}
                  token={token}
                  isOwnerShown={of === 'everyone'}
                  onRevoke={() => setRevoked(token)}
                />
              ))}
            </EntryList>
          )
        }
      </Loaded>
      {isCreating && <CreateToken onClose={() => setCreating(false)} />}
      {revoked && <RevokeToken token={revoked} onClose={() => setRevoked(null)} />}
    </Section>
  );
}

interface TokenEntryProps {
  token: AccessToken;
  isOwnerShown: boolean;
  onRevoke: () => void;
}

function TokenEntry({ token, isOwnerShown, onRevoke }: TokenEntryProps) {
  const isExpired = token.expiresAt !== null && new Date(token.expiresAt) < new Date();
  const isDead = token.revokedAt !== null || isExpired;
  return (
    <Entry
      title={token.name}
      badge={isDead && <StatusBadge tone="off">{token.revokedAt ? 'Revoked' : 'Expired'}</StatusBadge>}
      facts={[
        isOwnerShown && token.memberName,
        tokenKinds[token.kind].name,
        <code key="hint">{token.hint}…</code>,
        <span key="created">
          created <RelativeTime at={token.createdAt} />
        </span>,
        token.lastUsedAt ? (
          <span key="used">
            used <RelativeTime at={token.lastUsedAt} />
          </span>
        ) : (
          'never used'
        ),
        token.revokedAt ? null : token.expiresAt ? (
          <span key="ends">
            ends <RelativeTime at={token.expiresAt} />
          </span>
        ) : (
          'does not end'
        ),
      ]}
      action={
        !isDead && (
          <Button variant="default" size="xs" aria-label={`Revoke: ${token.name}`} onClick={onRevoke}>
            Revoke
          </Button>
        )
      }
    />
  );
}

function RevokeToken({ token, onClose }: { token: AccessToken; onClose: () => void }) {
  const revoke = useMutation(
    api.identity.revokeAccessToken.mutationOptions({
      onSuccess: () => {
        showDone(`${token.name} is revoked.`);
        onClose();
      },
    }),
  );
  return (
    <ConfirmDialog
      isOpen
      title={`Revoke ${token.name}?`}
      confirmLabel="Revoke token"
      isDestructive
      isBusy={revoke.isPending}
      onClose={onClose}
      onConfirm={() => revoke.mutate({ id: token.id })}
    >
      {revoke.error && <FailureNotice what="The token still works" error={revoke.error} />}
      <Text>Whatever uses it is refused at its next request. This cannot be undone; create a new one instead.</Text>
    </ConfirmDialog>
  );
}
