import { Stack, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { api } from '#console/api.ts';
import { GroupPicker } from '#console/directory/GroupPicker.tsx';
import { Dialog } from '#console/ui/Dialog.tsx';
import { moveTo, type NamedRule } from './order-draft.ts';
import { PlaceFields } from './PlaceFields.tsx';
import type { PolicyOption } from './policy-options.ts';

interface AddRuleProps {
  rules: NamedRule[];
  options: PolicyOption[];
  onRules: (rules: NamedRule[]) => void;
  onClose: () => void;
}

/** Any of the workspace's groups, asked of the server while typing. */
export function AddRule({ rules, options, onRules, onClose }: AddRuleProps) {
  const [groupId, setGroupId] = useState<string>();
  const group = useQuery(
    api.directory.groups.get.queryOptions({ input: { id: groupId ?? '' }, enabled: groupId !== undefined }),
  ).data;
  const place = rules.findIndex((rule) => rule.groupId === groupId);
  return (
    <Dialog opened onClose={onClose} title="Add a group to the order">
      <Stack gap="md">
        <div>
          <Text fw={600} size="sm" mb={2}>
            Group
          </Text>
          <GroupPicker isWide label="Group" placeholder="Find a group" value={groupId} onChange={setGroupId} />
          {place >= 0 && (
            <Text size="sm" mt={4} c="var(--warn-text)" role="status">
              {rules[place]?.groupName} is in the order already, at position {place + 1}. A group stands in it once.
            </Text>
          )}
        </div>
        <PlaceFields
          start={{ policyId: null, position: rules.length }}
          total={rules.length + 1}
          options={options}
          submitLabel="Add group"
          isReady={group !== undefined && place < 0}
          onPlace={({ policyId, position }) => {
            if (!groupId || !group) return;
            const added = { groupId, policyId, groupName: group.name, memberCount: null };
            onRules(moveTo([...rules, added], groupId, position));
            onClose();
          }}
          onClose={onClose}
        />
      </Stack>
    </Dialog>
  );
}
