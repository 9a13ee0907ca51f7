import { Button, Text } from '@mantine/core';
import { useMutation, useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { api } from '#console/api.ts';
import { Entry, EntryList } from '#console/identity/EntryList.tsx';
import { FailureNotice } from '#console/shell/FailureNotice.tsx';
import { Loaded } from '#console/shell/Loaded.tsx';
import { showDone } from '#console/shell/show-result.ts';
import { ConfirmDialog } from '#console/ui/ConfirmDialog.tsx';
import { EmptyState } from '#console/ui/EmptyState.tsx';
import { RelativeTime } from '#console/ui/RelativeTime.tsx';
import { Section } from '#console/ui/Section.tsx';
import { RowSkeletons } from '#console/ui/Skeletons.tsx';
import { StatusBadge } from '#console/ui/StatusBadge.tsx';
import type { Member } from '#contract/directory.ts';
import type { AccessToken } from '#contract/identity.ts';

const isLive = ({ revokedAt, expiresAt }: AccessToken) =>
  revokedAt === null && (expiresAt === null || new Date(expiresAt) > new Date());

/** Live ones first; those that work no more stay in sight for a look back. */
export function MemberTokens({ member }: { member: Member }) {
  const [asked, setAsked] = useState<AccessToken | null>(null);
  const tokens = useQuery(api.directory.access.tokens.queryOptions({ input: { id: member.id } }));
  const revoke = useMutation(
    api.identity.revokeAccessToken.mutationOptions({
      onSuccess: () => {
        showDone('The token was revoked.');
        setAsked(null);
      },
    }),
  );
  return (
    <Section title="Access tokens" description="For scripts and CI, made by themselves.">
      <Loaded query={tokens} what="Their access tokens could not be loaded" skeleton={<RowSkeletons rows={2} />}>
        {({ items }) =>
          items.length === 0 ? (
            <EmptyState>{member.name} has made no access token.</EmptyState>
          ) : (
            <EntryList label="Access tokens">
              {items
                .toSorted((one, other) => Number(isLive(other)) - Number(isLive(one)))
                .map((token) => (
                  <Token key={token.id} token={token} onRevoke={() => setAsked(token)} />
                ))}
            </EntryList>
          )
        }
      </Loaded>
      <ConfirmDialog
        isOpen={asked !== null}
        title={`Revoke “${asked?.name}”?`}
        confirmLabel="Revoke token"
        isDestructive
        isBusy={revoke.isPending}
        onClose={() => setAsked(null)}
        onConfirm={() => asked && revoke.mutate({ id: asked.id })}
      >
        {revoke.error && <FailureNotice what="The token still works" error={revoke.error} />}
        <Text>Whatever uses it is refused at its next request. This cannot be undone.</Text>
      </ConfirmDialog>
    </Section>
  );
}

function Token({ token, onRevoke }: { token: AccessToken; onRevoke: () => void }) {
  const { name, hint, createdAt, lastUsedAt, expiresAt, revokedAt } = token;
  const badge = revokedAt ? 'Revoked' : isLive(token) ? null : 'Expired';
  return (
    <Entry
      title={name}
      badge={badge && <StatusBadge tone="off">{badge}</StatusBadge>}
      facts={[
        <code key="hint">{hint}…</code>,
        <span key="made">
          made <RelativeTime at={createdAt} />
        </span>,
        lastUsedAt ? (
          <span key="used">
            used <RelativeTime at={lastUsedAt} />
          </span>
        ) : (
          'never used'
        ),
        isLive(token) && expiresAt && (
          <span key="ends">
            ends <RelativeTime at={expiresAt} />
          </span>
        ),
      ]}
      action={
        isLive(token) && (
          <Button variant="default" size="xs" aria-label={`Revoke: ${name}`} onClick={onRevoke}>
            Revoke
          </Button>
        )
      }
    />
  );
}
