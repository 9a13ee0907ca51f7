import { Button, Group, Select } from '@mantine/core';
import { useMutation, useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { api } from '#console/api.ts';
import { showDone, showFailure } from '#console/shell/show-result.ts';
import { countOf } from '#console/ui/figures.ts';
import { allGroups } from './GroupFilter.tsx';
import classes from './SelectionBar.module.css';

interface SelectionBarProps {
  memberIds: string[];
  onDone: () => void;
}

/** What can be done to several members at once. */
export function SelectionBar({ memberIds, onDone }: SelectionBarProps) {
  const groups = useQuery(allGroups);
  const [groupId, setGroupId] = useState<string | null>(null);
  const add = useMutation(
    api.directory.groups.changeMembers.mutationOptions({
      onSuccess: (group) => {
        showDone(`${countOf(memberIds.length, 'person', 'people')} added to ${group.name}.`);
        onDone();
      },
      onError: (error) => showFailure('Nobody was added', error),
    }),
  );
  return (
    <section className={classes.bar} aria-label="Selected members">
      <span role="status">{memberIds.length} selected</span>
      <Group gap={8}>
        <Select
          aria-label="Group to add them to"
          placeholder="Choose a group"
          searchable
          value={groupId}
          onChange={setGroupId}
          data={(groups.data?.items ?? []).map(({ id, name }) => ({ value: id, label: name }))}
        />
        <Button
          disabled={groupId === null}
          loading={add.isPending}
          onClick={() => groupId && add.mutate({ id: groupId, add: memberIds })}
        >
          Add to group
        </Button>
        <Button variant="default" onClick={onDone}>
          Clear
        </Button>
      </Group>
    </section>
  );
}
