import { Pill, Select } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import type { z } from 'zod';
import { api } from '#console/api.ts';
import type { ActivitySearch } from '#console/page-search.ts';
import { useCan } from '#console/session.ts';
import { SearchBox } from '#console/ui/SearchBox.tsx';
import { Outcome } from '#contract/models.ts';
import { outcomeOptions } from './OutcomeBadge.tsx';

type Search = z.infer<typeof ActivitySearch>;

interface ActivityFiltersProps {
  search: Search;
  onFilter: (part: Partial<Search>) => void;
}

export function ActivityFilters({ search, onFilter }: ActivityFiltersProps) {
  const mayReadModels = useCan('models.read');
  const models = useQuery(api.models.list.queryOptions({ enabled: mayReadModels }));
  return (
    <>
      <SearchBox
        label="Search by member, thread or turn"
        value={search.search ?? ''}
        onSearch={(text) => onFilter({ search: text || undefined })}
      />
      <Select
        aria-label="Outcome"
        placeholder="Any outcome"
        clearable
        clearButtonProps={{ 'aria-label': 'Any outcome' }}
        value={search.outcome ?? null}
        data={outcomeOptions}
        onChange={(outcome) => onFilter({ outcome: Outcome.safeParse(outcome).data })}
      />
      <Select
        aria-label="Model"
        placeholder="Any model"
        clearable
        searchable
        clearButtonProps={{ 'aria-label': 'Any model' }}
        value={search.model ?? null}
        data={(models.data?.items ?? []).map(({ slug }) => slug)}
        onChange={(model) => onFilter({ model: model ?? undefined })}
      />
      {search.memberId && (
        <Pill
          size="lg"
          withRemoveButton
          removeButtonProps={{ 'aria-label': 'Show every member', 'aria-hidden': false, tabIndex: 0 }}
          onRemove={() => onFilter({ memberId: undefined })}
        >
          One member only
        </Pill>
      )}
    </>
  );
}
