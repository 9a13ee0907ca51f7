import { Button, Group } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import { api } from '#console/api.ts';
import { useCan } from '#console/session.ts';
import { showDone, showFailure } from '#console/shell/show-result.ts';
import { countOf } from '#console/ui/figures.ts';
import type { Member } from '#contract/directory.ts';
import { GroupPicker } from './GroupPicker.tsx';
import classes from './SelectionBar.module.css';
import { SuspendSelected } from './SuspendSelected.tsx';

interface SelectionBarProps {
  members: Member[];
  onDone: () => void;
}

/** What can be done to several members at once. */
export function SelectionBar({ members, onDone }: SelectionBarProps) {
  const mayGroup = useCan('groups.write');
  const maySuspend = useCan('members.write');
  const [groupId, setGroupId] = useState<string | undefined>();
  const [asked, setAsked] = useState<'suspend' | 'reactivate' | null>(null);
  const change = useMutation(
    api.directory.groups.changeMembers.mutationOptions({
      onError: (error) => showFailure('The group was not changed', error),
    }),
  );
  const ids = members.map(({ id }) => id);
  const people = countOf(members.length, 'person', 'people');
  const put = (input: { add?: string[]; remove?: string[] }, done: string) =>
    groupId !== undefined &&
    change.mutate(
      { id: groupId, ...input },
      {
        onSuccess: (group) => {
          showDone(`${people} ${done} ${group.name}.`);
          onDone();
        },
      },
    );
  const suspendable = members.filter(({ status }) => status === 'active');
  const reactivatable = members.filter(({ status }) => status === 'suspended');
  return (
    <section className={classes.bar} aria-label="Selected members">
      <span role="status">{members.length} selected</span>
      <Group gap={8}>
        {mayGroup && (
          <>
            <GroupPicker
              label="Group for those selected"
              placeholder="Choose a group"
              takesMembers
              value={groupId}
              onChange={setGroupId}
            />
            <Button
              variant="default"
              disabled={groupId === undefined}
              loading={change.isPending}
              onClick={() => put({ add: ids }, 'added to')}
            >
              Add to group
            </Button>
            <Button
              variant="default"
              disabled={groupId === undefined}
              loading={change.isPending}
              onClick={() => put({ remove: ids }, 'taken out of')}
            >
              Take out of group
            </Button>
          </>
        )}
        {maySuspend && suspendable.length > 0 && (
          <Button variant="outline" color="red" onClick={() => setAsked('suspend')}>
            Suspend {suspendable.length}
          </Button>
        )}
        {maySuspend && reactivatable.length > 0 && (
          <Button variant="default" onClick={() => setAsked('reactivate')}>
            Reactivate {reactivatable.length}
          </Button>
        )}
        <Button variant="subtle" onClick={onDone}>
          Clear
        </Button>
      </Group>
      {asked && (
        <SuspendSelected
          members={asked === 'suspend' ? suspendable : reactivatable}
          isSuspension={asked === 'suspend'}
          onClose={() => setAsked(null)}
          onDone={onDone}
        />
      )}
    </section>
  );
}
