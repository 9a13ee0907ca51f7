import { Button } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { api } from '#console/api.ts';
import { EntryList } from '#console/identity/EntryList.tsx';
import { useCan } from '#console/session.ts';
import { Loaded } from '#console/shell/Loaded.tsx';
import { EmptyState } from '#console/ui/EmptyState.tsx';
import { Section } from '#console/ui/Section.tsx';
import { RowSkeletons } from '#console/ui/Skeletons.tsx';
import type { Connection, EmailDomain } from '#contract/sso.ts';
import { AddDomain } from './AddDomain.tsx';
import { DomainEntry } from './DomainEntry.tsx';
import { RemoveDomain } from './RemoveDomain.tsx';

/** Which domains are proven, and which connection each chooses. */
export function DomainList({ connections }: { connections: Connection[] }) {
  const mayWrite = useCan('sign-in.write');
  const [isAdding, setAdding] = useState(false);
  const [removed, setRemoved] = useState<EmailDomain | null>(null);
  const domains = useQuery(api.sso.domains.list.queryOptions());
  const add = mayWrite && (
    <Button variant="default" onClick={() => setAdding(true)}>
      Add a domain
    </Button>
  );
  const nameOf = (id: string | null) => connections.find((connection) => connection.id === id)?.name ?? null;
  return (
    <Section
      title="E-mail domains"
      description="The domain of the address somebody types at sign-in chooses the connection. It counts once a DNS record proves that it is yours."
      action={domains.data?.items.length ? add : null}
    >
      <Loaded query={domains} what="The domains could not be loaded" skeleton={<RowSkeletons rows={2} />}>
        {({ items }) =>
          items.length === 0 ? (
            <EmptyState action={add}>No domain yet. Add the one behind the @ of your people’s addresses.</EmptyState>
          ) : (
            <EntryList label="E-mail domains">
              {items.map((domain) => (
                <DomainEntry
                  key={domain.id}
                  domain={domain}
                  connectionName={nameOf(domain.connectionId)}
                  onRemove={() => setRemoved(domain)}
                />
              ))}
            </EntryList>
          )
        }
      </Loaded>
      {isAdding && <AddDomain onClose={() => setAdding(false)} />}
      {removed && (
        <RemoveDomain domain={removed} connectionName={nameOf(removed.connectionId)} onClose={() => setRemoved(null)} />
      )}
    </Section>
  );
}
