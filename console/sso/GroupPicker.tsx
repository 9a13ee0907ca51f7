import { Select } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { type ReactNode, useState } from 'react';
import { api } from '#console/api.ts';

interface GroupPickerProps {
  label: string;
  value: string;
  onChange: (groupId: string) => void;
  error?: ReactNode;
  isReadOnly: boolean;
}

/** Searches on the server: a company has thousands of groups. Those that SCIM looks after cannot be chosen. */
export function GroupPicker({ label, value, onChange, error, isReadOnly }: GroupPickerProps) {
  const [typed, setTyped] = useState('');
  const [search] = useDebouncedValue(typed.trim(), 200);
  const chosen = useQuery(
    api.directory.groups.get.queryOptions({ input: { id: value }, enabled: value !== '', staleTime: 60_000 }),
  );
  // What was chosen stands in the field; it is not something to search for.
  const wanted = search === chosen.data?.name ? '' : search;
  const found = useQuery(
    api.directory.groups.list.queryOptions({
      input: { limit: 50, ...(wanted && { search: wanted }) },
      placeholderData: keepPreviousData,
    }),
  );
  const groups = new Map([...(found.data?.items ?? []), ...(chosen.data ? [chosen.data] : [])].map((g) => [g.id, g]));
  return (
    <Select
      label={label}
      placeholder="Search groups"
      searchable
      readOnly={isReadOnly}
      value={value || null}
      onChange={(id) => onChange(id ?? '')}
      onSearchChange={setTyped}
      error={error}
      nothingFoundMessage={found.error ? 'The groups could not be loaded.' : 'No group of that name'}
      data={[...groups.values()].map(({ id, name, source }) => ({
        value: id,
        label: source === 'scim' ? `${name} (by SCIM)` : name,
        disabled: source === 'scim' && id !== value,
      }))}
    />
  );
}
