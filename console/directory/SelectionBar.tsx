import { Button, Group } from '@mantine/core';
import { useState } from 'react';
import { useCan } from '#console/session.ts';
import type { Member } from '#contract/directory.ts';
import { ConfirmMembership } from './ConfirmMembership.tsx';
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
  const [way, setWay] = useState<'add' | 'remove' | null>(null);
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
            <Button variant="default" disabled={groupId === undefined} onClick={() => setWay('add')}>
              Add to group
            </Button>
            <Button variant="default" disabled={groupId === undefined} onClick={() => setWay('remove')}>
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
      {way && groupId !== undefined && (
        <ConfirmMembership
          way={way}
          groupId={groupId}
          memberIds={members.map(({ id }) => id)}
          onClose={() => setWay(null)}
          onDone={onDone}
        />
      )}
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
