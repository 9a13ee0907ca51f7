import { Button } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { Plus } from 'lucide-react';
import { useState } from 'react';
import { api } from '#console/api.ts';
import { EmptyState } from '#console/ui/EmptyState.tsx';
import { Section } from '#console/ui/Section.tsx';
import type { BundleDetails } from '../bundle-details.ts';
import type { BundleLock } from '../use-bundle-lock.ts';
import { Subscribe } from './Subscribe.tsx';
import { SubscriptionList } from './SubscriptionList.tsx';

/** The groups whose members get this bundle, each the newest version or a fixed one. */
export function GroupsTab({ details, lock }: { details: BundleDetails; lock: BundleLock }) {
  const { bundle, subscriptions } = details;
  const [isAdding, setAdding] = useState(false);
  const versions = useQuery(
    api.teamConfig.versions.queryOptions({ input: { id: bundle.id, limit: 100 }, enabled: bundle.newest !== null }),
  );
  const numbers = versions.data?.items.map(({ number }) => number) ?? [];
  const isClosed = lock.writing !== null || bundle.newest === null;
  const add = (
    <Button
      variant="default"
      leftSection={<Plus size={16} aria-hidden />}
      disabled={isClosed}
      onClick={() => setAdding(true)}
    >
      Add a group
    </Button>
  );
  const why =
    lock.writing ?? (bundle.newest === null ? 'Publish a first version, then groups can subscribe to it.' : null);
  return (
    <Section
      title="Groups"
      description="Members of these groups see the bundle under Connect a client, with the commands to take it in. Nothing is put on their machines without them. A fixed version is what they are offered and what their tar holds; by git, and when they ask for it, they can have any version."
      action={subscriptions.length > 0 && add}
    >
      {why && <p>{why}</p>}
      {subscriptions.length === 0 ? (
        <EmptyState action={add}>
          No group subscribes yet: its members will find the bundle among what is theirs.
        </EmptyState>
      ) : (
        <SubscriptionList details={details} versions={numbers} isReadOnly={lock.writing !== null} />
      )}
      {isAdding && <Subscribe details={details} versions={numbers} onClose={() => setAdding(false)} />}
    </Section>
  );
}
