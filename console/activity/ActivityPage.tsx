import { Tabs } from '@mantine/core';
import { useNavigate, useSearch } from '@tanstack/react-router';
import { ActivitySearch } from '#console/page-search.ts';
import { Page } from '#console/shell/Page.tsx';
import { EventList } from './EventList.tsx';
import { ModelCalls } from './ModelCalls.tsx';

/** What happened: model calls with what they cost, and everything else that clients and Reeve report. */
export function ActivityPage() {
  const search = useSearch({ from: '/shell/activity' });
  const navigate = useNavigate({ from: '/activity' });
  // Links from elsewhere name what only events have.
  const isAboutEvents = Boolean(search.rule || search.item || search.kind || search.source || search.tool);
  const tab = search.tab ?? (isAboutEvents ? 'events' : 'calls');
  return (
    <Page
      isWide
      title="Activity"
      description="What clients did, as the gateway saw it and as they report it, beside what Reeve did. Newest first."
    >
      <Tabs
        value={tab}
        keepMounted={false}
        onChange={(value) =>
          void navigate({ search: ActivitySearch.parse({ tab: value, memberId: search.memberId }), replace: true })
        }
      >
        <Tabs.List mb="md">
          <Tabs.Tab value="calls">Model calls</Tabs.Tab>
          <Tabs.Tab value="events">Events</Tabs.Tab>
        </Tabs.List>
        <Tabs.Panel value="calls">
          <ModelCalls />
        </Tabs.Panel>
        <Tabs.Panel value="events">
          <EventList />
        </Tabs.Panel>
      </Tabs>
    </Page>
  );
}
