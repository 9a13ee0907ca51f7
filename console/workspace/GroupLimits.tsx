import { Button } from '@mantine/core';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { api } from '#console/api.ts';
import { paths } from '#console/paths.ts';
import { useCan } from '#console/session.ts';
import { Loaded } from '#console/shell/Loaded.tsx';
import { TextLink } from '#console/shell/TextLink.tsx';
import { DataTable } from '#console/ui/DataTable.tsx';
import type { DataColumn } from '#console/ui/data-table-column.ts';
import { EmptyState } from '#console/ui/EmptyState.tsx';
import { Pager } from '#console/ui/Pager.tsx';
import { Section } from '#console/ui/Section.tsx';
import { RowSkeletons } from '#console/ui/Skeletons.tsx';
import type { GroupLimit } from '#contract/group-limits.ts';
import { GroupLimitDialog } from './GroupLimitDialog.tsx';

const GroupName = ({ groupId, groupName }: GroupLimit) => (
  <TextLink to={paths.group} params={{ id: groupId }} underline="hover" inherit>
    {groupName}
  </TextLink>
);

const columns = (onChange: ((limit: GroupLimit) => void) | null): DataColumn<GroupLimit>[] => [
  { id: 'group', header: 'Group', phone: 'title', cell: (limit) => <GroupName {...limit} /> },
  { id: 'members', header: 'Members', align: 'end', cell: ({ members }) => members },
  {
    id: 'running',
    header: 'Running',
    align: 'end',
    phone: 'detail',
    cell: ({ running }) => running,
    phoneCell: ({ running }) => `${running} running`,
  },
  {
    id: 'runningAtOnce',
    header: 'At once',
    align: 'end',
    phone: 'detail',
    cell: ({ runningAtOnce }) => runningAtOnce,
    phoneCell: ({ runningAtOnce }) => `${runningAtOnce} at once`,
  },
  {
    id: 'change',
    header: '',
    align: 'end',
    phone: 'side',
    cell: (limit) =>
      onChange && (
        <Button
          size="compact-sm"
          variant="default"
          aria-label={`Change the limit of ${limit.groupName}`}
          onClick={() => onChange(limit)}
        >
          Change
        </Button>
      ),
  },
];

/** How many hosted attempts the people of a group run at once, together. */
export function GroupLimits() {
  const mayWrite = useCan('settings.write');
  const mayChoose = useCan('members.read') && mayWrite;
  const [cursor, setCursor] = useState<string | undefined>();
  const [asked, setAsked] = useState<GroupLimit | 'new' | null>(null);
  const limits = useQuery(api.groupLimits.list.queryOptions({ input: { cursor }, placeholderData: keepPreviousData }));
  return (
    <Section
      title="Codex cloud: limits of groups"
      description="How many hosted attempts the members of a group run at once, together. One who is in several of these groups counts in each, and waits while any of them is full."
      action={
        mayChoose && (
          <Button variant="default" onClick={() => setAsked('new')}>
            Limit a group
          </Button>
        )
      }
    >
      <Loaded query={limits} what="The limits of groups could not be loaded" skeleton={<RowSkeletons rows={2} />}>
        {({ items, nextCursor }) => (
          <>
            <DataTable
              label="Limits of groups"
              columns={columns(mayWrite ? setAsked : null)}
              rows={items}
              rowId={({ groupId }) => groupId}
            />
            {items.length === 0 && <EmptyState>No group has a limit of its own.</EmptyState>}
            {(cursor || nextCursor !== null) && (
              <Pager
                label="Pages of limits"
                shown={items.length}
                isFirst={!cursor}
                hasNext={nextCursor !== null}
                onFirst={() => setCursor(undefined)}
                onNext={() => setCursor(nextCursor ?? undefined)}
              />
            )}
          </>
        )}
      </Loaded>
      {asked && <GroupLimitDialog limit={asked === 'new' ? null : asked} onClose={() => setAsked(null)} />}
    </Section>
  );
}
