import { MultiSelect, Select } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { api } from '#console/api.ts';

interface Option {
  value: string;
  label: string;
  disabled?: boolean;
}

/** Asks the server while typing: there may be thousands. */
function useGroupOptions(typed: string, chosenLabel: string, takesMembers: boolean): Option[] {
  const [settled] = useDebouncedValue(typed.trim(), 200);
  // The field shows the name of what is chosen; that is no search.
  const search = settled === chosenLabel ? '' : settled;
  const groups = useQuery(
    api.directory.groups.list.queryOptions({
      input: { search: search || undefined, limit: 50 },
      placeholderData: keepPreviousData,
    }),
  );
  return (groups.data?.items ?? []).map(({ id, name, source }) => {
    const isClosed = takesMembers && source === 'scim';
    return { value: id, label: isClosed ? `${name} (by SCIM)` : name, disabled: isClosed };
  });
}

interface GroupPickerProps {
  label: string;
  placeholder: string;
  value: string | undefined;
  onChange: (groupId: string | undefined) => void;
  /** Choices that are no group, above the groups. */
  more?: Option[];
  /** Leaves groups out whose members the identity provider decides. */
  takesMembers?: boolean;
  /** Takes the width of what is around it. */
  isWide?: boolean;
}

export function GroupPicker({
  label,
  placeholder,
  value,
  onChange,
  more = [],
  takesMembers = false,
  isWide = false,
}: GroupPickerProps) {
  const [typed, setTyped] = useState('');
  const isGroup = value !== undefined && !more.some((one) => one.value === value);
  const chosen = useQuery(
    api.directory.groups.get.queryOptions({ input: { id: value ?? '' }, enabled: isGroup, retry: false }),
  );
  const chosenLabel = chosen.data?.name ?? more.find((one) => one.value === value)?.label ?? '';
  const found = useGroupOptions(typed, chosenLabel, takesMembers);
  const known =
    isGroup && chosen.data && !found.some((one) => one.value === value)
      ? [{ value: chosen.data.id, label: chosen.data.name }, ...found]
      : found;
  return (
    <Select
      aria-label={label}
      placeholder={placeholder}
      clearable
      searchable
      w={isWide ? '100%' : 190}
      clearButtonProps={{ 'aria-label': `Clear: ${label}` }}
      nothingFoundMessage="No group of that name"
      value={value ?? null}
      onChange={(id) => onChange(id ?? undefined)}
      onSearchChange={setTyped}
      filter={({ options }) => options}
      data={[...more, ...known]}
    />
  );
}

interface GroupsPickerProps {
  label: string;
  description: string;
  value: string[];
  onChange: (groupIds: string[]) => void;
}

/** Several groups that people can be put into. */
export function GroupsPicker({ label, description, value, onChange }: GroupsPickerProps) {
  const [typed, setTyped] = useState('');
  const [chosen, setChosen] = useState<Option[]>([]);
  const found = useGroupOptions(typed, '', true);
  const known = [...chosen, ...found.filter(({ value: id }) => !chosen.some((one) => one.value === id))];
  return (
    <MultiSelect
      label={label}
      description={description}
      clearable
      searchable
      searchValue={typed}
      onSearchChange={setTyped}
      filter={({ options }) => options}
      nothingFoundMessage="No group of that name"
      value={value}
      onChange={(ids) => {
        setChosen(known.filter((one) => ids.includes(one.value)));
        onChange(ids);
      }}
      data={known}
    />
  );
}
