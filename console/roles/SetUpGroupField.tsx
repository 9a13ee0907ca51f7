import { MultiSelect, SegmentedControl, Select, Stack, TextInput } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { api } from '#console/api.ts';
import type { RoleSetUp } from '#contract/roles.ts';
import classes from './Roles.module.css';

export interface GroupDraft {
  isNew: boolean;
  name: string;
  people: { value: string; label: string }[];
  groupId: string | null;
  groupName: string;
}

export const newGroupDraft = (name: string): GroupDraft => ({
  isNew: true,
  name,
  people: [],
  groupId: null,
  groupName: '',
});

/** Null while something is missing. */
export function asSetUpGroup({ isNew, name, people, groupId }: GroupDraft): RoleSetUp['users'] | null {
  if (isNew) return name.trim() === '' ? null : { name: name.trim(), memberIds: people.map(({ value }) => value) };
  return groupId === null ? null : { groupId };
}

interface SetUpGroupFieldProps {
  title: string;
  draft: GroupDraft;
  onDraft: (draft: GroupDraft) => void;
}

/** A group to make, with its first people, or one that is there, for example from the identity provider. */
export function SetUpGroupField({ title, draft, onDraft }: SetUpGroupFieldProps) {
  return (
    <Stack gap="md" className={classes.field ?? ''}>
      <SegmentedControl
        aria-label={`${title}: new or existing group`}
        value={draft.isNew ? 'new' : 'existing'}
        onChange={(value) => onDraft({ ...draft, isNew: value === 'new' })}
        data={[
          { value: 'new', label: 'Make a group' },
          { value: 'existing', label: 'Use a group I have' },
        ]}
      />
      {draft.isNew ? (
        <NewGroup title={title} draft={draft} onDraft={onDraft} />
      ) : (
        <KnownGroup title={title} draft={draft} onDraft={onDraft} />
      )}
    </Stack>
  );
}

function NewGroup({ title, draft, onDraft }: SetUpGroupFieldProps) {
  const [typed, setTyped] = useState('');
  const [search] = useDebouncedValue(typed.trim(), 200);
  const found = useQuery(
    api.directory.members.list.queryOptions({
      input: { search: search || undefined, limit: 20 },
      placeholderData: keepPreviousData,
    }),
  );
  const options = (found.data?.items ?? []).map(({ id, name, email }) => ({ value: id, label: `${name} (${email})` }));
  const known = [...draft.people, ...options.filter(({ value }) => !draft.people.some((one) => one.value === value))];
  return (
    <>
      <TextInput
        label={`Name of the group for ${title}`}
        maxLength={120}
        value={draft.name}
        error={draft.name.trim() === '' && 'Write a name.'}
        onChange={(event) => onDraft({ ...draft, name: event.currentTarget.value })}
      />
      <MultiSelect
        label={`First people in ${title}`}
        description="You can add more at any time on the page of the group."
        placeholder={draft.people.length === 0 ? 'Name or e-mail' : ''}
        searchable
        searchValue={typed}
        onSearchChange={setTyped}
        hidePickedOptions
        nothingFoundMessage="Nobody of that name"
        value={draft.people.map(({ value }) => value)}
        onChange={(ids) => onDraft({ ...draft, people: known.filter(({ value }) => ids.includes(value)) })}
        data={known}
      />
    </>
  );
}

function KnownGroup({ title, draft, onDraft }: SetUpGroupFieldProps) {
  const [typed, setTyped] = useState(draft.groupName);
  const isPicked = typed === draft.groupName;
  const [search] = useDebouncedValue(isPicked ? '' : typed.trim(), 200);
  const found = useQuery(
    api.directory.groups.list.queryOptions({
      input: { search: search || undefined, limit: 50 },
      placeholderData: keepPreviousData,
    }),
  );
  const options = (found.data?.items ?? []).map(({ id, name }) => ({ value: id, label: name }));
  const hasPicked = draft.groupId !== null && !options.some(({ value }) => value === draft.groupId);
  const picked = hasPicked ? [{ value: draft.groupId ?? '', label: draft.groupName }] : [];
  return (
    <Select
      label={`Group for ${title}`}
      placeholder="Choose a group"
      searchable
      searchValue={typed}
      onSearchChange={setTyped}
      nothingFoundMessage="No group of that name"
      value={draft.groupId}
      onChange={(groupId, option) => onDraft({ ...draft, groupId, groupName: option?.label ?? '' })}
      data={[...picked, ...options]}
    />
  );
}
