import { Button, Group, Switch } from '@mantine/core';
import { useEffect, useRef, useState } from 'react';
import { EmptyState } from '#console/ui/EmptyState.tsx';
import { countOf } from '#console/ui/figures.ts';
import { SearchBox } from '#console/ui/SearchBox.tsx';
import { Section } from '#console/ui/Section.tsx';
import type { KeyGroup } from '#contract/requirements/catalogue.ts';
import type { Shape } from '#contract/requirements/shape.ts';
import classes from './Form.module.css';
import { type FormGroup, type FormKey, formGroups, isSet, matchesSearch, unknownKeys } from './form-keys.ts';
import { JumpList } from './JumpList.tsx';
import type { JsonTable } from './json-value.ts';
import { KeyRow } from './KeyRow.tsx';
import { UnknownKeys } from './UnknownKeys.tsx';

export interface KeyFilter {
  search: string;
  isOnlySet: boolean;
}

interface DocumentFieldsProps {
  groups: readonly KeyGroup[];
  shape: Shape;
  values: JsonTable;
  filter: KeyFilter;
  onFilter: (filter: KeyFilter) => void;
}

/** Every key of the catalogue, in groups, with what the document says for it. */
export function DocumentFields({ groups, shape, values, filter, onFilter }: DocumentFieldsProps) {
  const all = formGroups(groups);
  // What is taken out stays in sight until the page is left: it may have been a slip.
  const seen = useRef(new Set<string>());
  const wasSet = (key: FormKey) => {
    if (isSet(key, values)) seen.current.add(key.name);
    return seen.current.has(key.name);
  };
  const shown = all
    .map(
      ({ name, keys }): FormGroup => ({
        name,
        keys: keys.filter((key) =>
          filter.search === '' ? !filter.isOnlySet || wasSet(key) : matchesSearch(key, filter.search),
        ),
      }),
    )
    .filter(({ keys }) => keys.length > 0);
  const strangers = unknownKeys(shape, values);
  const counts = all.map(({ name, keys }) => ({ name, set: keys.filter((key) => isSet(key, values)).length }));
  const [wanted, setWanted] = useState<string | null>(null);
  const jump = (name: string) => {
    if (!document.getElementById(groupId(name))) onFilter({ search: '', isOnlySet: false });
    setWanted(name);
  };
  useEffect(() => {
    if (wanted !== null && showGroup(wanted)) setWanted(null);
  });
  return (
    <>
      <Group gap={16} mb="md">
        <SearchBox label="Search keys" value={filter.search} onSearch={(search) => onFilter({ ...filter, search })} />
        <Switch
          label="Only what is set"
          disabled={filter.search !== ''}
          checked={filter.isOnlySet}
          onChange={(event) => onFilter({ ...filter, isOnlySet: event.currentTarget.checked })}
        />
      </Group>
      <div className={classes.columns}>
        <JumpList groups={counts} hasUnknown={strangers.length > 0} onJump={jump} />
        <div className={classes.groups}>
          {shown.length === 0 && (
            <EmptyState
              action={
                <Button variant="default" onClick={() => onFilter({ search: '', isOnlySet: false })}>
                  Show every key
                </Button>
              }
            >
              {filter.search === ''
                ? 'This document sets nothing yet.'
                : `No key says anything about “${filter.search}”.`}
            </EmptyState>
          )}
          {shown.map(({ name, keys }) => (
            <div key={name} id={groupId(name)} className={classes.group}>
              <Section title={name}>
                {keys.map((key) => (
                  <KeyRow key={key.name} row={key} values={values} />
                ))}
              </Section>
            </div>
          ))}
          {strangers.length > 0 && (
            <div id={groupId('unknown')} className={classes.group}>
              <Section
                title="Keys clients do not know"
                description={`${countOf(strangers.length, 'key stands', 'keys stand')} in the document without any effect from here. They stay as they are.`}
              >
                <UnknownKeys keys={strangers} />
              </Section>
            </div>
          )}
        </div>
      </div>
    </>
  );
}

const groupId = (name: string) => `group-${name.toLowerCase().replaceAll(/\W+/g, '-')}`;

/** Brings a group into sight and the focus into it. @returns whether it is on the page */
function showGroup(name: string): boolean {
  const group = document.getElementById(groupId(name));
  group?.scrollIntoView({ block: 'start' });
  group?.querySelector<HTMLElement>('input, button, textarea, [tabindex="0"]')?.focus({ preventScroll: true });
  return group !== null;
}
