import { Group, Select } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useNavigate, useSearch } from '@tanstack/react-router';
import { useState } from 'react';
import { api } from '#console/api.ts';
import { GroupPicker } from '#console/directory/GroupPicker.tsx';
import { useCan } from '#console/session.ts';

type Kind = 'none' | 'policy' | 'group';

/** Whose rules the files are checked under as well: a policy's, or what members of a group get. */
export function CheckUnder() {
  const { under } = useSearch({ from: '/shell/team-config/$id' });
  const navigate = useNavigate({ from: '/team-config/$id' });
  const mayReadPolicies = useCan('policies.read');
  const mayReadGroups = useCan('members.read');
  const [asked, id] = under?.split(':') ?? [];
  const [kind, setKind] = useState<Kind>(asked === 'policy' || asked === 'group' ? asked : 'none');
  const choose = (next: Kind, value: string | null | undefined) =>
    void navigate({ search: (now) => ({ ...now, under: value ? `${next}:${value}` : undefined }), replace: true });
  const kinds = [
    { value: 'none', label: 'Without a policy' },
    { value: 'policy', label: 'Under a policy', disabled: !mayReadPolicies },
    { value: 'group', label: 'For a group', disabled: !mayReadGroups },
  ];
  return (
    <Group gap={8}>
      <Select
        aria-label="Check under"
        w={170}
        allowDeselect={false}
        value={kind}
        onChange={(value) => {
          setKind(value === 'policy' || value === 'group' ? value : 'none');
          choose('none', null);
        }}
        data={kinds}
      />
      {kind === 'policy' && <PolicySelect value={id} onChange={(value) => choose('policy', value)} />}
      {kind === 'group' && (
        <GroupPicker
          label="Group"
          placeholder="Choose a group"
          value={asked === 'group' ? id : undefined}
          onChange={(value) => choose('group', value)}
        />
      )}
    </Group>
  );
}

function PolicySelect({ value, onChange }: { value: string | undefined; onChange: (id: string | null) => void }) {
  const policies = useQuery(api.policies.list.queryOptions());
  return (
    <Select
      aria-label="Policy"
      placeholder="Choose a policy"
      searchable
      nothingFoundMessage="No policy of that name"
      w={200}
      value={value ?? null}
      onChange={onChange}
      data={(policies.data?.items ?? []).map(({ id, name }) => ({ value: id, label: name }))}
    />
  );
}
