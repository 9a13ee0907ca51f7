import { Pill, Select } from '@mantine/core';
import type { z } from 'zod';
import { ActivitySearch } from '#console/page-search.ts';
import { DayFields } from '#console/ui/range/DayFields.tsx';
import { SearchBox } from '#console/ui/SearchBox.tsx';
import { codexSurfaces } from '#contract/codex-surfaces.ts';
import { surfaceName } from '#contract/surface-names.ts';
import { kindOptions, sourceOptions } from './event-words.ts';

type Search = z.infer<typeof ActivitySearch>;

interface EventFiltersProps {
  search: Search;
  onFilter: (part: Partial<Search>) => void;
}

const surfaceOptions = codexSurfaces.map((value) => ({ value, label: surfaceName(value) }));

/** Filters that a link set and no field shows. */
const pills: { key: 'memberId' | 'rule' | 'threadId' | 'tool' | 'decision'; say: (value: string) => string }[] = [
  { key: 'memberId', say: () => 'One member only' },
  { key: 'rule', say: (rule) => `Rule ${rule}` },
  { key: 'threadId', say: () => 'One thread only' },
  { key: 'tool', say: (tool) => `Tool ${tool}` },
  { key: 'decision', say: (decision) => `Decided: ${decision}` },
];

export function EventFilters({ search, onFilter }: EventFiltersProps) {
  /** What makes no sense is dropped, as in an address. */
  const choose = (key: 'kind' | 'source' | 'surface', value: string | null) =>
    onFilter({ [key]: ActivitySearch.parse({ [key]: value ?? undefined })[key] });
  return (
    <>
      <SearchBox
        label="Search by member, thread, call or tool"
        value={search.search ?? ''}
        onSearch={(text) => onFilter({ search: text || undefined })}
      />
      <Select
        aria-label="Kind"
        placeholder="Any kind"
        clearable
        searchable
        clearButtonProps={{ 'aria-label': 'Any kind' }}
        value={search.kind ?? null}
        data={kindOptions}
        onChange={(kind) => choose('kind', kind)}
      />
      <Select
        aria-label="Source"
        placeholder="Any source"
        clearable
        clearButtonProps={{ 'aria-label': 'Any source' }}
        value={search.source ?? null}
        data={sourceOptions}
        onChange={(source) => choose('source', source)}
      />
      <Select
        aria-label="Surface"
        placeholder="Any surface"
        clearable
        searchable
        clearButtonProps={{ 'aria-label': 'Any surface' }}
        value={search.surface ?? null}
        data={surfaceOptions}
        onChange={(surface) => choose('surface', surface)}
      />
      <DayFields from={search.from} to={search.to} onChange={onFilter} />
      {pills.map(({ key, say }) => {
        const value = search[key];
        return (
          value && (
            <Pill
              key={key}
              size="lg"
              withRemoveButton
              removeButtonProps={{ 'aria-label': `Remove: ${say(value)}`, 'aria-hidden': false, tabIndex: 0 }}
              onRemove={() => onFilter({ [key]: undefined })}
            >
              {say(value)}
            </Pill>
          )
        );
      })}
    </>
  );
}
