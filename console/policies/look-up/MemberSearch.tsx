import { Autocomplete, Button, Group } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { type FormEvent, useState } from 'react';
import { api } from '#console/api.ts';
import { useCan } from '#console/session.ts';

interface MemberSearchProps {
  email: string;
  onLookUp: (email: string) => void;
}

/** An e-mail, with members suggested while typing a part of it or of a name. */
export function MemberSearch({ email, onLookUp }: MemberSearchProps) {
  const mayReadMembers = useCan('members.read');
  const [typed, setTyped] = useState(email);
  const [search] = useDebouncedValue(typed.trim(), 200);
  const members = useQuery(
    api.directory.members.list.queryOptions({
      input: { search, limit: 8 },
      enabled: mayReadMembers && search !== '' && search !== email,
      placeholderData: keepPreviousData,
    }),
  );
  const found = typed.trim() === '' ? [] : (members.data?.items ?? []);
  const names = new Map(found.map((member) => [member.email, member.name]));
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (typed.trim() !== '') onLookUp(typed.trim());
  };
  return (
    <form onSubmit={submit}>
      <Group gap={8} align="flex-end">
        <Autocomplete
          label="E-mail of a member"
          type="email"
          w={340}
          maw="100%"
          value={typed}
          onChange={setTyped}
          onOptionSubmit={onLookUp}
          data={[...names.keys()]}
          filter={({ options }) => options}
          renderOption={({ option }) => (
            <span>
              {names.get(option.value)}
              <br />
              {option.value}
            </span>
          )}
        />
        <Button type="submit" disabled={typed.trim() === ''}>
          Look up
        </Button>
      </Group>
    </form>
  );
}
