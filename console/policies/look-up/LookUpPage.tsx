import { Tabs } from '@mantine/core';
import { useNavigate, useSearch } from '@tanstack/react-router';
import { GroupPicker } from '#console/directory/GroupPicker.tsx';
import { LookUpSearch } from '#console/page-search.ts';
import { Page } from '#console/shell/Page.tsx';
import { ProtectionBanners } from '../protection/ProtectionBanners.tsx';
import { FoundPolicy } from './FoundPolicy.tsx';
import { MemberSearch } from './MemberSearch.tsx';
import { MessageLookUp } from './MessageLookUp.tsx';

/** Who gets what, and why. */
export function LookUpPage() {
  const search = useSearch({ from: '/shell/policies/look-up' });
  const navigate = useNavigate({ from: '/policies/look-up' });
  const { tab = search.groupId && !search.email ? 'group' : search.message ? 'message' : 'member' } = search;
  return (
    <Page
      title="Look-up"
      description="Which policy applies to a member or a group and why, and what an error message of a client comes from."
    >
      <ProtectionBanners />
      <Tabs
        value={tab}
        keepMounted={false}
        onChange={(value) => void navigate({ search: { tab: LookUpSearch.parse({ tab: value }).tab }, replace: true })}
      >
        <Tabs.List mb="lg">
          <Tabs.Tab value="member">By member</Tabs.Tab>
          <Tabs.Tab value="group">By group</Tabs.Tab>
          <Tabs.Tab value="message">By error message</Tabs.Tab>
        </Tabs.List>
        <Tabs.Panel value="member">
          <MemberSearch
            key={search.email}
            email={search.email ?? ''}
            onLookUp={(email) => void navigate({ search: { tab: 'member', email } })}
          />
          {search.email && <FoundPolicy key={search.email} subject={{ email: search.email }} />}
        </Tabs.Panel>
        <Tabs.Panel value="group">
          <GroupPicker
            label="Group"
            placeholder="Any group"
            value={search.groupId}
            onChange={(groupId) => void navigate({ search: { tab: 'group', groupId } })}
          />
          {search.groupId && <FoundPolicy key={search.groupId} subject={{ groupId: search.groupId }} />}
        </Tabs.Panel>
        <Tabs.Panel value="message">
          <MessageLookUp />
        </Tabs.Panel>
      </Tabs>
    </Page>
  );
}
