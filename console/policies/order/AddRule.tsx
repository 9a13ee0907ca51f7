import { Button, Group, Select, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { api } from '#console/api.ts';
import { GroupPicker } from '#console/directory/GroupPicker.tsx';
import classes from './Order.module.css';
import type { NamedRule } from './order-draft.ts';
import type { PolicyOption } from './policy-options.ts';

interface AddRuleProps {
  rules: NamedRule[];
  options: PolicyOption[];
  onAdd: (rule: NamedRule) => void;
}

/** Any of the workspace's groups, asked of the server while typing. */
export function AddRule({ rules, options, onAdd }: AddRuleProps) {
  const [groupId, setGroupId] = useState<string>();
  const [policyId, setPolicyId] = useState<string | null>(null);
  const group = useQuery(
    api.directory.groups.get.queryOptions({ input: { id: groupId ?? '' }, enabled: groupId !== undefined }),
  ).data;
  const place = rules.findIndex((rule) => rule.groupId === groupId);
  const add = () => {
    if (!groupId || !policyId || !group) return;
    onAdd({ groupId, policyId, groupName: group.name, memberCount: null });
    setGroupId(undefined);
  };
  return (
    <div className={classes.add}>
      <Group gap={8} align="flex-end">
        <GroupPicker label="Group to add" placeholder="Find a group" value={groupId} onChange={setGroupId} />
        <Select
          aria-label="Policy of the added group"
          placeholder="Choose its policy"
          searchable
          nothingFoundMessage="No policy of that name"
          value={policyId}
          onChange={setPolicyId}
          data={options}
        />
        <Button variant="default" disabled={!group || !policyId || place >= 0} onClick={add}>
          Add at the end
        </Button>
      </Group>
      {place >= 0 && (
        <Text size="sm" mt={4} role="status">
          {rules[place]?.groupName} is in the order already, at position {place + 1}.
        </Text>
      )}
    </div>
  );
}
