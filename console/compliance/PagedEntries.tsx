import { Group } from '@mantine/core';
import type { UseQueryResult } from '@tanstack/react-query';
import { useNavigate, useSearch } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import { EntryList } from '#console/identity/EntryList.tsx';
import { Loaded } from '#console/shell/Loaded.tsx';
import { EmptyState } from '#console/ui/EmptyState.tsx';
import { Pager } from '#console/ui/Pager.tsx';
import { RowSkeletons } from '#console/ui/Skeletons.tsx';

interface PagedEntriesProps<Item> {
  query: UseQueryResult<{ items: Item[]; nextCursor: string | null }>;
  /** "erasures", as in what could not be loaded. */
  plural: string;
  /** What will be here. */
  empty: string;
  /** The button that puts something here; absent for those who may not. */
  action: ReactNode;
  entry: (item: Item) => ReactNode;
}

/** A list of what was ordered on the page of compliance, page by page; the place stands in the address. */
export function PagedEntries<Item>({ query, plural, empty, action, entry }: PagedEntriesProps<Item>) {
  const { cursor } = useSearch({ from: '/shell/compliance' });
  const navigate = useNavigate({ from: '/compliance' });
  const show = (next: string | undefined) => void navigate({ search: (old) => ({ ...old, cursor: next }) });
  return (
    <Loaded query={query} what={`The ${plural} could not be loaded`} skeleton={<RowSkeletons rows={2} />}>
      {({ items, nextCursor }) =>
        items.length === 0 && !cursor ? (
          <EmptyState action={action}>{empty}</EmptyState>
        ) : (
          <>
            <Group justify="flex-end" mb="md">
              {action}
            </Group>
            <EntryList label={plural.charAt(0).toUpperCase() + plural.slice(1)}>{items.map(entry)}</EntryList>
            <Pager
              label={`Pages of ${plural}`}
              shown={items.length}
              isFirst={!cursor}
              hasNext={nextCursor !== null}
              onFirst={() => show(undefined)}
              onNext={() => show(nextCursor ?? undefined)}
            />
          </>
        )
      }
    </Loaded>
  );
}
