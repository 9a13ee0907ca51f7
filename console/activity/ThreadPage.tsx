import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useNavigate, useParams, useSearch } from '@tanstack/react-router';
import { api } from '#console/api.ts';
import { paths } from '#console/paths.ts';
import { Loaded } from '#console/shell/Loaded.tsx';
import { Page } from '#console/shell/Page.tsx';
import { TextLink } from '#console/shell/TextLink.tsx';
import { DataTable } from '#console/ui/DataTable.tsx';
import { EmptyState } from '#console/ui/EmptyState.tsx';
import { Facts } from '#console/ui/Facts.tsx';
import { Pager } from '#console/ui/Pager.tsx';
import { RowSkeletons } from '#console/ui/Skeletons.tsx';
import type { ActivityItem } from '#contract/activity-list.ts';
import { surfaceName } from '#contract/surface-names.ts';
import { EventDrawer } from './EventDrawer.tsx';
import { threadColumns } from './event-columns.tsx';

/** What happened in one thread, in the order in which it did. */
export function ThreadPage() {
  const { threadId } = useParams({ from: '/shell/activity/threads/$threadId' });
  const { cursor, item: opened } = useSearch({ from: '/shell/activity/threads/$threadId' });
  const navigate = useNavigate({ from: paths.thread });
  const open = (id: string | undefined) =>
    void navigate({ search: (old) => ({ ...old, item: id }), resetScroll: false });
  const thread = useQuery(
    api.activity.thread.queryOptions({ input: { threadId, cursor, limit: 200 }, placeholderData: keepPreviousData }),
  );
  return (
    <Page
      isWide
      title="Thread"
      above={[{ label: 'Activity', to: paths.activity }]}
      description="Everything that is known of one thread, from its beginning on."
    >
      <Loaded query={thread} what="The thread could not be loaded" skeleton={<RowSkeletons />}>
        {({ items, nextCursor }) => (
          <>
            {items[0] && <ThreadFacts threadId={threadId} first={items[0]} />}
            <DataTable
              label="Events of the thread"
              columns={threadColumns}
              rows={items}
              rowId={({ id }) => id}
              openId={opened}
              onOpen={({ id }) => open(id)}
            />
            {items.length === 0 && (
              <EmptyState>Nothing is known of this thread, or what was known is past its retention.</EmptyState>
            )}
            <Pager
              label="Pages of the thread"
              shown={items.length}
              isFirst={!cursor}
              hasNext={nextCursor !== null}
              onFirst={() => void navigate({ search: {} })}
              onNext={() => void navigate({ search: { cursor: nextCursor ?? undefined } })}
            />
            <EventDrawer id={opened} listed={items.find(({ id }) => id === opened)} onClose={() => open(undefined)} />
          </>
        )}
      </Loaded>
    </Page>
  );
}

function ThreadFacts({ threadId, first }: { threadId: string; first: ActivityItem }) {
  const { member, surface, client, clientVersion } = first;
  const id = member?.id;
  return (
    <Facts
      items={[
        [
          'Member',
          member &&
            (id ? (
              <TextLink key="member" to={paths.member} params={{ id }}>
                {member.label}
              </TextLink>
            ) : (
              member.label
            )),
        ],
        ['Surface', surface && surfaceName(surface)],
        ['Client', client && `${client} ${clientVersion ?? ''}`],
        ['Thread', <code key="thread">{threadId}</code>],
      ]}
    />
  );
}
