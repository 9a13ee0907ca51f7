import { useQuery } from '@tanstack/react-query';
import { api } from '#console/api.ts';
import { EntryList } from '#console/identity/EntryList.tsx';
import { useCan } from '#console/session.ts';
import { Loaded } from '#console/shell/Loaded.tsx';
import { EmptyState } from '#console/ui/EmptyState.tsx';
import { Section } from '#console/ui/Section.tsx';
import { RowSkeletons } from '#console/ui/Skeletons.tsx';
import { AccountEntry } from './AccountEntry.tsx';

/** One's own account on each server: what tasks may do in one's name is what it may do. */
export function YourAccount() {
  const accounts = useQuery(api.git.accounts.queryOptions());
  const isManager = useCan('connectors.write');
  return (
    <Section
      title="Your account"
      description="Before anything is done in a repository for you, GitHub is asked what your own account may do there. Reeve keeps which account is yours, and no token of it."
    >
      <Loaded query={accounts} what="Your accounts could not be loaded" skeleton={<RowSkeletons rows={1} />}>
        {({ items, servers }) =>
          servers.length === 0 ? (
            <EmptyState>
              {isManager
                ? 'GitHub is not connected, so there is no account to link.'
                : 'GitHub is not connected to this workspace yet, so there is no account to link. Whoever manages connectors connects it.'}
            </EmptyState>
          ) : (
            <EntryList label="Your accounts">
              {servers.map((server) => (
                <AccountEntry
                  key={server.connectionId}
                  server={server}
                  account={items.find(({ connectionId }) => connectionId === server.connectionId)}
                />
              ))}
            </EntryList>
          )
        }
      </Loaded>
    </Section>
  );
}
