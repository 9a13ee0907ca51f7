import { Button } from '@mantine/core';
import { daysLeft, endsIn } from '#console/keys/KeyState.tsx';
import { RelativeTime } from '#console/ui/RelativeTime.tsx';
import { StatusBadge } from '#console/ui/StatusBadge.tsx';
import { useNow } from '#console/ui/use-now.ts';
import type { AccessToken } from '#contract/identity.ts';
import { Entry } from './EntryList.tsx';
import { tokenKinds } from './token-kinds.ts';

interface TokenEntryProps {
  token: AccessToken;
  isOwnerShown: boolean;
  onRevoke: () => void;
}

export function TokenEntry({ token, isOwnerShown, onRevoke }: TokenEntryProps) {
  const now = useNow(60_000);
  const isExpired = token.expiresAt !== null && new Date(token.expiresAt) < now;
  const isDead = token.revokedAt !== null || isExpired;
  const days = isDead ? null : daysLeft(token.expiresAt, now);
  return (
    <Entry
      title={token.name}
      badge={
        <>
          {isDead && <StatusBadge tone="off">{token.revokedAt ? 'Revoked' : 'Expired'}</StatusBadge>}
          {days !== null && <StatusBadge tone="warn">{endsIn(days)}</StatusBadge>}
        </>
      }
      facts={[
        isOwnerShown && `${token.memberName}, ${token.memberEmail}`,
        tokenKinds[token.kind].name,
        !token.scopes.includes('models.call') && 'policy only, no model calls',
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
            {isExpired ? 'ended' : 'ends'} <RelativeTime at={token.expiresAt} />
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
