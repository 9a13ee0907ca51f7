import { Button, Tabs } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useNavigate, useSearch } from '@tanstack/react-router';
import { useState } from 'react';
import { api } from '#console/api.ts';
import { EveryonesTokens } from '#console/identity/EveryonesTokens.tsx';
import { KeysSearch } from '#console/page-search.ts';
import { useCan } from '#console/session.ts';
import { Page } from '#console/shell/Page.tsx';
import { Notice } from '#console/ui/Notice.tsx';
import { CreateKey } from './CreateKey.tsx';
import { WorkspaceKeys } from './WorkspaceKeys.tsx';

/** What programs get in with: keys of the workspace, and the tokens of its members. */
export function KeysPage() {
  const mayManageKeys = useCan('keys.write');
  const mayManageTokens = useCan('access-tokens.manage');
  const { tab: asked = 'keys' } = useSearch({ from: '/shell/keys' });
  const tab = (asked === 'keys' && mayManageKeys) || !mayManageTokens ? 'keys' : 'tokens';
  const navigate = useNavigate({ from: '/keys' });
  const [isCreating, setCreating] = useState(false);
  const keys = useQuery(api.keys.list.queryOptions({ enabled: mayManageKeys }));
  const create = <Button onClick={() => setCreating(true)}>Create key</Button>;
  return (
    <Page
      isWide
      title="Keys"
      action={tab === 'keys' && keys.data && create}
      description="What programs call this workspace with. A key belongs to the workspace and does what its scopes say; an access token works in its owner’s name."
    >
      {!mayManageKeys && !mayManageTokens ? (
        <Notice tone="info" title="Your roles do not include keys">
          <p>Ask a workspace owner. Your own access tokens are in your account.</p>
        </Notice>
      ) : (
        <Tabs
          value={tab}
          keepMounted={false}
          onChange={(value) => void navigate({ search: KeysSearch.parse({ tab: value }), replace: true })}
        >
          <Tabs.List mb="lg">
            {mayManageKeys && <Tabs.Tab value="keys">Workspace keys</Tabs.Tab>}
            {mayManageTokens && <Tabs.Tab value="tokens">Members’ access tokens</Tabs.Tab>}
          </Tabs.List>
          {mayManageKeys && (
            <Tabs.Panel value="keys">
              <WorkspaceKeys create={create} />
            </Tabs.Panel>
          )}
          {mayManageTokens && (
            <Tabs.Panel value="tokens">
              <EveryonesTokens />
            </Tabs.Panel>
          )}
        </Tabs>
      )}
      {isCreating && keys.data && <CreateKey maxDays={keys.data.maxDays} onClose={() => setCreating(false)} />}
    </Page>
  );
}
