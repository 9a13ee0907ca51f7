import { Tabs } from '@mantine/core';
import { useNavigate, useSearch } from '@tanstack/react-router';
import { GitSearch } from '#console/page-search.ts';
import { ConnectionsTab } from './connections/ConnectionsTab.tsx';
import { DeliveriesTab } from './deliveries/DeliveriesTab.tsx';
import classes from './Git.module.css';
import { RepositoriesTab } from './repositories/RepositoriesTab.tsx';
import { TokensTab } from './tokens/TokensTab.tsx';

/** For whoever manages connectors; which tab is open is in the address. */
export function GitTabs() {
  const { tab = 'connections' } = useSearch({ from: '/shell/git' });
  const navigate = useNavigate({ from: '/git' });
  return (
    <Tabs
      value={tab}
      keepMounted={false}
      onChange={(value) => void navigate({ search: GitSearch.parse({ tab: value }), replace: true })}
    >
      <Tabs.List mb="lg" className={classes.tabs ?? ''}>
        <Tabs.Tab value="connections">Connections</Tabs.Tab>
        <Tabs.Tab value="repositories">Repositories</Tabs.Tab>
        <Tabs.Tab value="tokens">Tokens</Tabs.Tab>
        <Tabs.Tab value="deliveries">Deliveries</Tabs.Tab>
      </Tabs.List>
      <Tabs.Panel value="connections">
        <ConnectionsTab />
      </Tabs.Panel>
      <Tabs.Panel value="repositories">
        <RepositoriesTab />
      </Tabs.Panel>
      <Tabs.Panel value="tokens">
        <TokensTab />
      </Tabs.Panel>
      <Tabs.Panel value="deliveries">
        <DeliveriesTab />
      </Tabs.Panel>
    </Tabs>
  );
}
