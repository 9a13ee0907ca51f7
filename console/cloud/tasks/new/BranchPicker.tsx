import { Autocomplete, Loader } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { GitBranch } from 'lucide-react';
import { useState } from 'react';
import { api } from '#console/api.ts';
import { describeFailure } from '#console/failure.ts';

interface BranchPickerProps {
  repositoryId: string;
  defaultBranch: string;
  value: string;
  error: string | undefined;
  onChange: (branch: string) => void;
}

/** Offers what the git server has, and takes what is typed: the server has the last word. */
export function BranchPicker({ repositoryId, defaultBranch, value, error, onChange }: BranchPickerProps) {
  const [isAsked, setAsked] = useState(false);
  const [search] = useDebouncedValue(value.trim(), 250);
  const branches = useQuery(
    api.git.branches.queryOptions({
      input: { id: repositoryId, ...(search !== '' && { search }) },
      placeholderData: keepPreviousData,
      enabled: isAsked,
      retry: false,
    }),
  );
  const why = branches.error && describeFailure(branches.error).message;
  return (
    <Autocomplete
      label="Branch"
      description={why ? `Its branches cannot be listed: ${why} You can type one.` : 'Where the work begins.'}
      placeholder={defaultBranch}
      leftSection={<GitBranch size={16} aria-hidden />}
      rightSection={branches.isFetching ? <Loader size="xs" aria-label="Looking for branches" /> : undefined}
      value={value}
      error={error}
      limit={50}
      filter={({ options }) => options}
      data={(branches.data?.items ?? []).map(({ name }) => name)}
      onFocus={() => setAsked(true)}
      onChange={onChange}
    />
  );
}
