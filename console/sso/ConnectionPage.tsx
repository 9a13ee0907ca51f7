import { Stack, Tabs } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useNavigate, useParams, useSearch } from '@tanstack/react-router';
import { api } from '#console/api.ts';
import { ConnectionSearch } from '#console/page-search.ts';
import { paths } from '#console/paths.ts';
import { Loaded } from '#console/shell/Loaded.tsx';
import { Page } from '#console/shell/Page.tsx';
import type { Connection } from '#contract/sso.ts';
import { ConnectionDetails } from './ConnectionDetails.tsx';
import { ConnectionPeople } from './ConnectionPeople.tsx';
import { ConnectionSetUp } from './ConnectionSetUp.tsx';
import { ConnectionSummary } from './ConnectionSummary.tsx';
import { EnableConnection } from './EnableConnection.tsx';

export function ConnectionPage() {
  const { id } = useParams({ from: '/shell/single-sign-on/$id' });
  const connection = useQuery(api.sso.connections.get.queryOptions({ input: { id } }));
  return (
    <Page
      title={connection.data?.name ?? 'Connection'}
      above={[{ label: 'Single sign-on', to: paths.singleSignOn }]}
      history={{ subjectId: id }}
      action={connection.data && <EnableConnection connection={connection.data} />}
    >
      <Loaded query={connection} what="This connection could not be loaded">
        {(found) => <ConnectionTabs connection={found} />}
      </Loaded>
    </Page>
  );
}

function ConnectionTabs({ connection }: { connection: Connection }) {
  const { tab = 'set-up' } = useSearch({ from: '/shell/single-sign-on/$id' });
  const navigate = useNavigate({ from: paths.connection });
  const open = (value: string | null) =>
    void navigate({
      search: (old) => ({ ...old, tested: undefined, tab: ConnectionSearch.parse({ tab: value }).tab }),
      replace: true,
    });
  return (
    <Stack gap="lg">
      <ConnectionSummary connection={connection} />
      <Tabs value={tab} onChange={open} keepMounted={false}>
        <Tabs.List mb="lg">
          <Tabs.Tab value="set-up">Set-up</Tabs.Tab>
          <Tabs.Tab value="people">People and groups</Tabs.Tab>
          <Tabs.Tab value="details">Details</Tabs.Tab>
        </Tabs.List>
        <Tabs.Panel value="set-up">
          <ConnectionSetUp connection={connection} />
        </Tabs.Panel>
        <Tabs.Panel value="people">
          <ConnectionPeople connection={connection} />
        </Tabs.Panel>
        <Tabs.Panel value="details">
          <ConnectionDetails connection={connection} />
        </Tabs.Panel>
      </Tabs>
    </Stack>
  );
}
