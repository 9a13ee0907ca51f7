import { Button, MultiSelect, Group as Row } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { api } from '#console/api.ts';
import { useCan } from '#console/session.ts';
import { Loaded } from '#console/shell/Loaded.tsx';
import { DataTable } from '#console/ui/DataTable.tsx';
import { EmptyState } from '#console/ui/EmptyState.tsx';
import { countOf } from '#console/ui/figures.ts';
import { Pager } from '#console/ui/Pager.tsx';
import { SearchBox } from '#console/ui/SearchBox.tsx';
import { Section } from '#console/ui/Section.tsx';
import { RowSkeletons } from '#console/ui/Skeletons.tsx';
import type { Group, Member } from '#contract/directory.ts';
import { ConfirmMembership } from './ConfirmMembership.tsx';
import { memberColumns } from './member-columns.tsx';

export function GroupMembers({ group }: { group: Group }) {
  const mayWrite = useCan('groups.write') && group.source === 'manual';
  const [search, setSearch] = useState('');
  const [cursor, setCursor] = useState<string | undefined>();
  const [selectedIds, setSelectedIds] = useState<string[]>([]);
  const members = useQuery(
    api.directory.members.list.queryOptions({
      input: { groupId: group.id, search: search || undefined, cursor },
      placeholderData: keepPreviousData,
    }),
  );
  const [isTakingOut, setTakingOut] = useState(false);
  // Nobody is taken out who is out of sight.
  const turn = (to: string | undefined) => {
    setSelectedIds([]);
    setCursor(to);
  };
  return (
    <Section title={countOf(group.memberCount, 'member')}>
      {mayWrite && <AddMembers group={group} />}
      <Loaded query={members} what="The members of this group could not be loaded" skeleton={<RowSkeletons rows={4} />}>
        {({ items, nextCursor }) =>
          items.length === 0 && search === '' ? (
            <EmptyState>
              {mayWrite ? 'Nobody is in this group yet. Choose people above.' : 'Nobody is in this group yet.'}
            </EmptyState>
          ) : (
            <>
              <DataTable<Member>
                label={`Members of ${group.name}`}
                columns={memberColumns
                  .filter(({ id }) => id !== 'groups')
                  .map((column) => ({ ...column, isSortable: false }))}
                rows={items}
                rowId={({ id }) => id}
                selectedIds={selectedIds}
                onSelectedIds={mayWrite ? setSelectedIds : undefined}
                selectionLabel={({ name }) => name}
                toolbar={
                  <>
                    <SearchBox
                      label="Search in this group"
                      value={search}
                      onSearch={(text) => {
                        turn(undefined);
                        setSearch(text);
                      }}
                    />
                    {selectedIds.length > 0 && (
                      <Button variant="outline" color="red" onClick={() => setTakingOut(true)}>
                        Take {countOf(selectedIds.length, 'person', 'people')} out
                      </Button>
                    )}
                  </>
                }
              />
              {items.length === 0 && <EmptyState>Nobody in this group matches “{search}”.</EmptyState>}
              <Pager
                label="Pages of members"
                shown={items.length}
                isFirst={!cursor}
                hasNext={nextCursor !== null}
                onFirst={() => turn(undefined)}
                onNext={() => turn(nextCursor ?? undefined)}
              />
            </>
          )
        }
      </Loaded>
      {isTakingOut && (
        <ConfirmMembership
          way="remove"
          groupId={group.id}
          memberIds={selectedIds}
          onClose={() => setTakingOut(false)}
          onDone={() => {
            setTakingOut(false);
            setSelectedIds([]);
          }}
        />
      )}
    </Section>
  );
}

function AddMembers({ group }: { group: Group }) {
  const [chosen, setChosen] = useState<{ value: string; label: string }[]>([]);
  const [typed, setTyped] = useState('');
  const [search] = useDebouncedValue(typed.trim(), 200);
  const found = useQuery(
    api.directory.members.list.queryOptions({
      input: { search: search || undefined, limit: 20 },
      placeholderData: keepPreviousData,
    }),
  );
  const [isAsked, setAsked] = useState(false);
  const options = (found.data?.items ?? [])
    .filter(({ groups }) => !groups.some(({ id }) => id === group.id))
    .map(({ id, name, email }) => ({ value: id, label: `${name} (${email})` }));
  const known = [...chosen, ...options.filter(({ value }) => !chosen.some((one) => one.value === value))];
  return (
    <Row align="flex-end" gap={8} mb="md">
      <MultiSelect
        label="Add people"
        placeholder={chosen.length === 0 ? 'Name or e-mail' : ''}
        miw={260}
        flex={1}
        searchable
        searchValue={typed}
        onSearchChange={setTyped}
        nothingFoundMessage="Nobody of that name is outside this group"
        value={chosen.map(({ value }) => value)}
        onChange={(ids) => setChosen(known.filter(({ value }) => ids.includes(value)))}
        data={known}
      />
      <Button disabled={chosen.length === 0} onClick={() => setAsked(true)}>
        Add to group
      </Button>
      {isAsked && (
        <ConfirmMembership
          way="add"
          groupId={group.id}
          memberIds={chosen.map(({ value }) => value)}
          onClose={() => setAsked(false)}
          onDone={() => {
            setAsked(false);
            setChosen([]);
          }}
        />
      )}
    </Row>
  );
}
