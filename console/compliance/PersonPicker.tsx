import { Select } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { api } from '#console/api.ts';

interface PersonPickerProps {
  value: string | null;
  onChange: (memberId: string | null) => void;
}

/** Members, and people who left, by name or address. */
export function PersonPicker({ value, onChange }: PersonPickerProps) {
  const [typed, setTyped] = useState('');
  const [search] = useDebouncedValue(typed, 250);
  const people = useQuery(
    api.compliance.findPeople.queryOptions({
      input: { search: search.split(' <')[0] ?? '' },
      placeholderData: keepPreviousData,
    }),
  );
  return (
    <Select
      label="Person"
      description="Who left is found by the address of what they did, from three letters on."
      placeholder="Name or address"
      searchable
      clearable
      nothingFoundMessage={people.isPending ? 'Looking …' : 'Nobody of that name or address'}
      data={(people.data?.items ?? []).map(({ memberId, label, isMember }) => ({
        value: memberId,
        label: isMember ? label : `${label} (left)`,
      }))}
      filter={({ options }) => options}
      value={value}
      onChange={onChange}
      searchValue={typed}
      onSearchChange={setTyped}
      data-autofocus
    />
  );
}
