import { Button } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { api } from '#console/api.ts';
import { paths } from '#console/paths.ts';
import { useCan } from '#console/session.ts';
import { Loaded } from '#console/shell/Loaded.tsx';
import { TextLink } from '#console/shell/TextLink.tsx';
import { EmptyState } from '#console/ui/EmptyState.tsx';
import { Section } from '#console/ui/Section.tsx';
import { RowSkeletons } from '#console/ui/Skeletons.tsx';
import type { AccessToken } from '#contract/identity.ts';
import { CreateToken } from './CreateToken.tsx';
import { EntryList } from './EntryList.tsx';
import { RevokeToken } from './RevokeToken.tsx';
import { TokenEntry } from './TokenEntry.tsx';

/** The most that one answer holds; nobody has as many tokens of their own. */
const mostTokens = 200;

export function AccessTokens() {
  const mayCreate = useCan('access-tokens.create');
  const mayManage = useCan('access-tokens.manage');
  const [isCreating, setCreating] = useState(false);
  const [revoked, setRevoked] = useState<AccessToken | null>(null);
  const tokens = useQuery(api.identity.accessTokens.queryOptions({ input: { of: 'me', limit: mostTokens } }));
  const create = mayCreate && <Button onClick={() => setCreating(true)}>Create access token</Button>;
  return (
    <Section
      title="Access tokens"
      description={
        <>
          For machines: whoever holds one works in its owner’s name.
          {mayManage && (
            <>
              {' '}
              <TextLink to={paths.keys} search={{ tab: 'tokens' }}>
                Everybody’s access tokens
              </TextLink>
            </>
          )}
        </>
      }
      action={create}
    >
      <Loaded query={tokens} what="The access tokens could not be loaded" skeleton={<RowSkeletons rows={3} />}>
        {({ items }) =>
          items.length === 0 ? (
            <EmptyState action={create}>
              You have no access token. Create one for a machine without a browser, for example in CI.
            </EmptyState>
          ) : (
            <EntryList label="Access tokens">
              {items.map((token) => (
                <TokenEntry key={token.id} token={token} isOwnerShown={false} onRevoke={() => setRevoked(token)} />
              ))}
            </EntryList>
          )
        }
      </Loaded>
      {isCreating && <CreateToken maxDays={tokens.data?.maxDays ?? 90} onClose={() => setCreating(false)} />}
      {revoked && <RevokeToken token={revoked} onClose={() => setRevoked(null)} />}
    </Section>
  );
}
