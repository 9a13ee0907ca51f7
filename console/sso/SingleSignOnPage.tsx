import { Button } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { Plus } from 'lucide-react';
import { api } from '#console/api.ts';
import { paths } from '#console/paths.ts';
import { useCan } from '#console/session.ts';
import { Loaded } from '#console/shell/Loaded.tsx';
import { Page } from '#console/shell/Page.tsx';
import { TextLink } from '#console/shell/TextLink.tsx';
import { EmptyState } from '#console/ui/EmptyState.tsx';
import { Section } from '#console/ui/Section.tsx';
import { RowSkeletons } from '#console/ui/Skeletons.tsx';
import { ConnectionList } from './ConnectionList.tsx';
import { DomainList } from './DomainList.tsx';
import { Requirement } from './Requirement.tsx';

/** Who signs in how: required or not, the connections, and the e-mail domains that choose between them. */
export function SingleSignOnPage() {
  const mayWrite = useCan('sign-in.write');
  const connections = useQuery(api.sso.connections.list.queryOptions());
  const add = mayWrite && (
    <Button component={Link} to={paths.newConnection} leftSection={<Plus size={16} aria-hidden />}>
      Add a connection
    </Button>
  );
  const items = connections.data?.items ?? [];
  return (
    <Page
      title="Single sign-on"
      description="People sign in at your identity provider instead of with a password here: in the console and from every Codex client."
      action={items.length > 0 && add}
    >
      <Requirement connections={items} />
      <Section title="Connections">
        <Loaded query={connections} what="The connections could not be loaded" skeleton={<RowSkeletons rows={2} />}>
          {(loaded) =>
            loaded.items.length === 0 ? (
              <EmptyState action={add}>
                Nobody signs in by single sign-on. A connection to Okta, Microsoft Entra ID, Google or another provider
                takes about ten minutes; it is tested before anybody uses it.
              </EmptyState>
            ) : (
              <ConnectionList connections={loaded.items} />
            )
          }
        </Loaded>
      </Section>
      <DomainList connections={items} />
      <Section
        title="People and groups by themselves"
        description="Single sign-on lets people in; it takes nobody out. For that, let the identity provider send its people and groups."
      >
        <TextLink to={paths.provisioning}>Provisioning (SCIM)</TextLink>
      </Section>
    </Page>
  );
}
