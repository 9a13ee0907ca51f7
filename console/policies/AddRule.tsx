import { Button, Group, Select } from '@mantine/core';
import { useState } from 'react';
import type { Group as PeopleGroup } from '#contract/directory.ts';
import type { PolicySummary } from '#contract/policies.ts';
import type { Rule } from './order-draft.ts';

interface AddRuleProps {
  groups: PeopleGroup[];
  policies: PolicySummary[];
  onAdd: (rule: Rule) => void;
}

export function AddRule({ groups, policies, onAdd }: AddRuleProps) {
  const [groupId, setGroupId] = useState<string | null>(null);
  const [policyId, setPolicyId] = useState<string | null>(null);
  const add = () => {
    if (!groupId || !policyId) return;
    onAdd({ groupId, policyId });
    setGroupId(null);
    setPolicyId(null);
  };
  return (
    <Group align="flex-end" gap={8} mt="md">
      <Select
        label="Group"
        placeholder={groups.length === 0 ? 'Every group has one' : 'Choose a group'}
        searchable
        disabled={groups.length === 0}
        value={groupId}
        onChange={setGroupId}
        data={groups.map(({ id, name }) => ({ value: id, label: name }))}
      />
      <Select
        label="Policy"
        placeholder="Choose a policy"
        searchable
        value={policyId}
        onChange={setPolicyId}
        data={policies.map(({ id, name }) => ({ value: id, label: name }))}
      />
      <Button variant="default" disabled={!groupId || !policyId} onClick={add}>
        Add at the end
      </Button>
    </Group>
  );
}
