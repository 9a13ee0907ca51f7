import { MultiSelect, Pill, Select, TextInput } from '@mantine/core';
import { useDebouncedCallback } from '@mantine/hooks';
import { useEffect, useState } from 'react';
import type { z } from 'zod';
import type { AuditSearch } from '#console/page-search.ts';
import { DayFields } from '#console/ui/range/DayFields.tsx';
import { SearchBox } from '#console/ui/SearchBox.tsx';
import { type AuditEventName, auditEvents } from '#contract/audit-events.ts';
import classes from './Audit.module.css';
import { eventGroups } from './event-groups.ts';

type Search = z.infer<typeof AuditSearch>;

interface AuditFiltersProps {
  search: Search;
  onFilter: (part: Partial<Search>) => void;
}

const isEventName = (name: string): name is AuditEventName => Object.hasOwn(auditEvents, name);
const groups = eventGroups();

const actorKinds = [
  { value: 'member', label: 'By people' },
  { value: 'key', label: 'By API keys' },
  { value: 'client', label: 'By Codex clients' },
  { value: 'system', label: 'By Reeve itself' },
  { value: 'anonymous', label: 'By nobody known' },
] as const;
const isActorKind = (kind: string | null): kind is (typeof actorKinds)[number]['value'] =>
  actorKinds.some(({ value }) => value === kind);

export function AuditFilters({ search, onFilter }: AuditFiltersProps) {
  const events = [search.event ?? []].flat();
  return (
    <>
      <SearchBox
        label="Words in names and changes"
        value={search.search ?? ''}
        onSearch={(text) => onFilter({ search: text || undefined })}
      />
      <MultiSelect
        aria-label="Events"
        placeholder={events.length === 0 ? 'Any event' : ''}
        className={classes.events ?? ''}
        clearable
        searchable
        clearButtonProps={{ 'aria-label': 'Any event' }}
        nothingFoundMessage="No such event"
        maxDropdownHeight={360}
        value={events}
        data={groups}
        onChange={(chosen) => {
          const known = chosen.filter(isEventName);
          onFilter({ event: known.length === 0 ? undefined : known });
        }}
      />
      <Select
        aria-label="By whom"
        placeholder="By anybody"
        clearable
        clearButtonProps={{ 'aria-label': 'By anybody' }}
        className={classes.short ?? ''}
        value={search.actorKind ?? null}
        data={[...actorKinds]}
        onChange={(kind) => onFilter({ actorKind: isActorKind(kind) ? kind : undefined })}
      />
      <AddressFilter ip={search.ip ?? ''} onFilter={onFilter} />
      <DayFields from={search.from} to={search.to} onChange={onFilter} />
    </>
  );
}

function AddressFilter({ ip, onFilter }: { ip: string; onFilter: AuditFiltersProps['onFilter'] }) {
  const [typed, setTyped] = useState(ip);
  useEffect(() => setTyped(ip), [ip]);
  const send = useDebouncedCallback((text: string) => onFilter({ ip: text || undefined }), 250);
  return (
    <TextInput
      aria-label="From the address"
      placeholder="Address, or 192.0.2."
      className={classes.short ?? ''}
      value={typed}
      onChange={(event) => {
        setTyped(event.currentTarget.value);
        send(event.currentTarget.value.trim());
      }}
    />
  );
}

interface ChosenProps extends AuditFiltersProps {
  /** Names of who and what is chosen by id, as the entries have them. */
  names: { actor: string | undefined; subject: string | undefined };
}

/** What a link from another page chose, to be seen and taken away. */
export function ChosenFilters({ search, names, onFilter }: ChosenProps) {
  const chosen: [boolean, string, Partial<Search>][] = [
    [search.actorId !== undefined, `By ${names.actor ?? search.actorId}`, { actorId: undefined }],
    [search.subjectId !== undefined, `About ${names.subject ?? search.subjectId}`, { subjectId: undefined }],
    [
      search.subjectKind !== undefined && search.subjectId === undefined,
      `About any ${search.subjectKind}`,
      { subjectKind: undefined },
    ],
  ];
  const shown = chosen.filter(([isChosen]) => isChosen);
  if (shown.length === 0) return null;
  return (
    <Pill.Group className={classes.chosen ?? ''}>
      {shown.map(([, label, without]) => (
        <Pill
          key={label}
          size="md"
          withRemoveButton
          onRemove={() => onFilter(without)}
          removeButtonProps={{ 'aria-label': `Not only: ${label}`, 'aria-hidden': false, tabIndex: 0 }}
        >
          {label}
        </Pill>
      ))}
    </Pill.Group>
  );
}
