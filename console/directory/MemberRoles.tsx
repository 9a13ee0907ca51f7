import { Button, Group, Stack, Text } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import { api } from '#console/api.ts';
import { ConfirmAccess } from '#console/roles/ConfirmAccess.tsx';
import { RolePicker } from '#console/roles/RolePicker.tsx';
import { useCan } from '#console/session.ts';
import { showDone } from '#console/shell/show-result.ts';
import { Dialog } from '#console/ui/Dialog.tsx';
import { Section } from '#console/ui/Section.tsx';
import type { Member } from '#contract/directory.ts';

/** What they have themselves; what their groups bring is under Permissions, with its way. */
export function MemberRoles({ member }: { member: Member }) {
  const mayWrite = useCan('roles.write');
  const [isOpen, setOpen] = useState(false);
  const change = mayWrite && (
    <Button variant="default" onClick={() => setOpen(true)}>
      Change roles
    </Button>
  );
  return (
    <Section title="Own roles" description="Roles of their groups come on top." action={change}>
      {member.roles.length > 0 ? (
        <Text>{member.roles.map(({ name }) => name).join(', ')}</Text>
      ) : (
        <Text c="dimmed">None. They have the roles of their groups, or else the default role.</Text>
      )}
      {isOpen && <ChangeRoles member={member} onClose={() => setOpen(false)} />}
    </Section>
  );
}

function ChangeRoles({ member, onClose }: { member: Member; onClose: () => void }) {
  const before = member.roles.map(({ id }) => id);
  const [roleIds, setRoleIds] = useState(before);
  const [isReviewing, setReviewing] = useState(false);
  const save = useMutation(
    api.directory.members.setRoles.mutationOptions({
      onSuccess: ({ name }) => {
        showDone(`The roles of ${name} were changed.`);
        onClose();
      },
    }),
  );
  if (isReviewing)
    return (
      <ConfirmAccess
        title={`Change the roles of ${member.name}?`}
        confirmLabel="Change roles"
        change={{ kind: 'member-roles', memberId: member.id, roleIds }}
        isBusy={save.isPending}
        error={save.error}
        onClose={() => setReviewing(false)}
        onConfirm={() => save.mutate({ id: member.id, roleIds })}
      />
    );
  const isSame = roleIds.toSorted().join() === before.toSorted().join();
  return (
    <Dialog opened onClose={onClose} title={`Roles of ${member.name}`}>
      <Stack gap="md">
        <RolePicker label="Own roles" value={roleIds} onChange={setRoleIds} />
        <Group justify="flex-end" gap={8}>
          <Button variant="default" onClick={onClose}>
            Cancel
          </Button>
          <Button disabled={isSame} onClick={() => setReviewing(true)}>
            See what would change
          </Button>
        </Group>
      </Stack>
    </Dialog>
  );
}
