import { Select } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { api } from '#console/api.ts';

export const allGroups = api.directory.groups.list.queryOptions({ input: { limit: 200 } });

interface GroupFilterProps {
  value: string | undefined;
  onChange: (groupId: string | undefined) => void;
}

export function GroupFilter({ value, onChange }: GroupFilterProps) {
  const groups = useQuery(allGroups);
  return (
    <Select
      aria-label="Group"
      placeholder="Any group"
      clearable
      searchable
      clearButtonProps={{ 'aria-label': 'Any group' }}
      nothingFoundMessage="No group of that name"
      value={value ?? null}
      onChange={(id) => onChange(id ?? undefined)}
      data={(groups.data?.items ?? []).map(({ id, name }) => ({ value: id, label: name }))}
    />
  );
}
