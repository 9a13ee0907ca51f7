import { Tabs } from '@mantine/core';
import { useNavigate, useSearch } from '@tanstack/react-router';
import { AccountSearch } from '#console/page-search.ts';
import { Security } from '#console/second-factor/Security.tsx';
import { useSession } from '#console/session.ts';
import { Page } from '#console/shell/Page.tsx';
import { AccessTokens } from './AccessTokens.tsx';
import { ChangePassword } from './ChangePassword.tsx';
import { OwnSessions } from './OwnSessions.tsx';

/** Where I am signed in, what I show for it, my tokens, my password. */
export function AccountPage() {
  const { member } = useSession();
  const { tab = 'sessions' } = useSearch({ from: '/shell/account' });
  const navigate = useNavigate({ from: '/account' });
  return (
    <Page title="Your account" description={`${member.name}, ${member.email}`}>
      <Tabs
        value={tab}
        keepMounted={false}
        onChange={(value) => void navigate({ search: AccountSearch.parse({ tab: value }), replace: true })}
      >
        <Tabs.List mb="lg">
          <Tabs.Tab value="sessions">Sessions</Tabs.Tab>
          <Tabs.Tab value="security">Security</Tabs.Tab>
          <Tabs.Tab value="tokens">Access tokens</Tabs.Tab>
          <Tabs.Tab value="password">Password</Tabs.Tab>
        </Tabs.List>
        <Tabs.Panel value="sessions">
          <OwnSessions />
        </Tabs.Panel>
        <Tabs.Panel value="security">
          <Security />
        </Tabs.Panel>
        <Tabs.Panel value="tokens">
          <AccessTokens />
        </Tabs.Panel>
        <Tabs.Panel value="password">
          <ChangePassword />
        </Tabs.Panel>
      </Tabs>
    </Page>
  );
}
