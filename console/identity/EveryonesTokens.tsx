import { Box } from '@mantine/core';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useNavigate, useSearch } from '@tanstack/react-router';
import { useState } from 'react';
import { api } from '#console/api.ts';
import { Loaded } from '#console/shell/Loaded.tsx';
import { EmptyState } from '#console/ui/EmptyState.tsx';
import { Pager } from '#console/ui/Pager.tsx';
import { SearchBox } from '#console/ui/SearchBox.tsx';
import { RowSkeletons } from '#console/ui/Skeletons.tsx';
import type { AccessToken } from '#contract/identity.ts';
import { EntryList } from './EntryList.tsx';
import { RevokeToken } from './RevokeToken.tsx';
import { TokenEntry } from './TokenEntry.tsx';

/** Every member's tokens, newest first: to find one that leaked, and end it. */
export function EveryonesTokens() {
  const { search, cursor } = useSearch({ from: '/shell/keys' });
  const navigate = useNavigate({ from: '/keys' });
  const [revoked, setRevoked] = useState<AccessToken | null>(null);
  const input = { of: 'everyone', search, cursor } as const;
  const tokens = useQuery(api.identity.accessTokens.queryOptions({ input, placeholderData: keepPreviousData }));
  return (
    <>
      <Box mb="md">
        <SearchBox
          label="Search by token, name or e-mail"
          value={search ?? ''}
          onSearch={(text) => void navigate({ search: { tab: 'tokens', search: text || undefined }, replace: true })}
        />
      </Box>
      <Loaded query={tokens} what="The access tokens could not be loaded" skeleton={<RowSkeletons rows={3} />}>
        {({ items, nextCursor }) =>
          items.length === 0 ? (
            <EmptyState>{search ? 'No access token matches.' : 'Nobody has an access token.'}</EmptyState>
          ) : (
            <>
              <EntryList label="Members’ access tokens">
                {items.map((token) => (
                  <TokenEntry key={token.id} token={token} isOwnerShown onRevoke={() => setRevoked(token)} />
                ))}
              </EntryList>
              <Pager
                label="Pages of access tokens"
                shown={items.length}
                isFirst={!cursor}
                hasNext={nextCursor !== null}
                onFirst={() => void navigate({ search: { tab: 'tokens', search } })}
                onNext={() => void navigate({ search: { tab: 'tokens', search, cursor: nextCursor ?? undefined } })}
              />
            </>
          )
        }
      </Loaded>
      {revoked && <RevokeToken token={revoked} onClose={() => setRevoked(null)} />}
    </>
  );
}
