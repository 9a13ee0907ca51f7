import { Select, TextInput } from '@mantine/core';
import type { z } from 'zod';
import type { AuditSearch } from '#console/page-search.ts';
import { SearchBox } from '#console/ui/SearchBox.tsx';
import { type AuditEventName, auditEventNames, auditEvents } from '#contract/audit-events.ts';
import { dayOf, endOfDay, startOfDay } from './audit-days.ts';

type Search = z.infer<typeof AuditSearch>;

interface AuditFiltersProps {
  search: Search;
  onFilter: (part: Partial<Search>) => void;
}

const isEventName = (name: string | null): name is AuditEventName => name !== null && Object.hasOwn(auditEvents, name);

export function AuditFilters({ search, onFilter }: AuditFiltersProps) {
  return (
    <>
      <SearchBox
        label="Search by person or subject"
        value={search.search ?? ''}
        onSearch={(text) => onFilter({ search: text || undefined })}
      />
      <Select
        aria-label="Event"
        placeholder="Any event"
        clearable
        searchable
        clearButtonProps={{ 'aria-label': 'Any event' }}
        nothingFoundMessage="No such event"
        value={search.event ?? null}
        data={[...auditEventNames]}
        onChange={(event) => onFilter({ event: isEventName(event) ? event : undefined })}
      />
      <TextInput
        type="date"
        aria-label="From"
        leftSection="From"
        leftSectionWidth={52}
        value={dayOf(search.from)}
        onChange={(event) => onFilter({ from: startOfDay(event.currentTarget.value) })}
      />
      <TextInput
        type="date"
        aria-label="To"
        leftSection="To"
        leftSectionWidth={52}
        value={dayOf(search.to)}
        onChange={(event) => onFilter({ to: endOfDay(event.currentTarget.value) })}
      />
    </>
  );
}
