import { Select } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { api } from '#console/api.ts';

interface MemberFilterProps {
  memberId: string | undefined;
  onChange: (memberId: string | undefined) => void;
}

/** One member, found by typing a part of the name or e-mail address. */
export function MemberFilter({ memberId, onChange }: MemberFilterProps) {
  const [typed, setTyped] = useState('');
  const chosen = useQuery(
    api.directory.members.get.queryOptions({
      input: { id: memberId ?? '' },
      enabled: memberId !== undefined,
      retry: false,
    }),
  ).data;
  const [settled] = useDebouncedValue(typed.trim(), 200);
  const search = settled === chosen?.name ? '' : settled;
  const found = useQuery(
    api.directory.members.list.queryOptions({ input: { search, limit: 20 }, placeholderData: keepPreviousData }),
  );
  const items = found.data?.items ?? [];
  const known = chosen && !items.some(({ id }) => id === chosen.id) ? [chosen, ...items] : items;
  const emails = new Map(known.map(({ id, email }) => [id, email]));
  return (
    <Select
      aria-label="Member"
      placeholder="Any member"
      clearable
      searchable
      w={150}
      clearButtonProps={{ 'aria-label': 'Clear: Member' }}
      nothingFoundMessage="Nobody of that name"
      value={memberId ?? null}
      onChange={(id) => onChange(id ?? undefined)}
      onSearchChange={setTyped}
      filter={({ options }) => options}
      data={known.map(({ id, name }) => ({ value: id, label: name }))}
      renderOption={({ option }) => (
        <span>
          {option.label}
          <br />
          {emails.get(option.value)}
        </span>
      )}
    />
  );
}
