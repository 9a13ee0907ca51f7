import { Button, Group, Stack } from '@mantine/core';
import { useMutation, useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { api } from '#console/api.ts';
import { paths } from '#console/paths.ts';
import { useCan } from '#console/session.ts';
import { Loaded } from '#console/shell/Loaded.tsx';
import { showDone } from '#console/shell/show-result.ts';
import { TextLink } from '#console/shell/TextLink.tsx';
import { Dialog } from '#console/ui/Dialog.tsx';
import { EmptyState } from '#console/ui/EmptyState.tsx';
import { Section } from '#console/ui/Section.tsx';
import { RowSkeletons } from '#console/ui/Skeletons.tsx';
import { ConfirmAccess } from './ConfirmAccess.tsx';
import { RolePicker } from './RolePicker.tsx';
import classes from './Roles.module.css';

interface RoleRef {
  id: string;
  name: string;
}

/** The roles everybody in a group has; for the page of the group. */
export function GroupRoles({ groupId }: { groupId: string }) {
  const mayWrite = useCan('roles.write');
  const [isOpen, setOpen] = useState(false);
  const roles = useQuery(api.roles.ofGroup.queryOptions({ input: { id: groupId } }));
  const change = mayWrite && roles.data && (
    <Button variant="default" onClick={() => setOpen(true)}>
      Change roles
    </Button>
  );
  return (
    <Section title="Roles" description="Everybody in this group has these, besides their own." action={change}>
      <Loaded query={roles} what="The roles of this group could not be loaded" skeleton={<RowSkeletons rows={1} />}>
        {({ items }) => (
          <>
            {items.length === 0 ? (
              <EmptyState>This group gives no role. Its people have their own, or the default role.</EmptyState>
            ) : (
              <RoleLinks roles={items} />
            )}
            {isOpen && <ChangeGroupRoles groupId={groupId} saved={items} onClose={() => setOpen(false)} />}
          </>
        )}
      </Loaded>
    </Section>
  );
}

export function RoleLinks({ roles }: { roles: readonly RoleRef[] }) {
  const mayRead = useCan('roles.read');
  return (
    <p className={classes.plain}>
      {roles.map(({ id, name }, index) => (
        <span key={id}>
          {index > 0 && ', '}
          {mayRead ? (
            <TextLink to={paths.role} params={{ id }}>
              {name}
            </TextLink>
          ) : (
            name
          )}
        </span>
      ))}
    </p>
  );
}

function ChangeGroupRoles({
  groupId,
  saved,
  onClose,
}: {
  groupId: string;
  saved: readonly RoleRef[];
  onClose: () => void;
}) {
  const savedIds = saved.map(({ id }) => id);
  const [roleIds, setRoleIds] = useState(savedIds);
  const [isConfirming, setConfirming] = useState(false);
  const save = useMutation(
    api.roles.setOfGroup.mutationOptions({
      onSuccess: () => {
        showDone('The roles of the group were changed.');
        onClose();
      },
    }),
  );
  if (isConfirming)
    return (
      <ConfirmAccess
        title="Change the roles of this group?"
        confirmLabel="Change roles"
        change={{ kind: 'group-roles', groupId, roleIds }}
        isBusy={save.isPending}
        error={save.error}
        onClose={onClose}
        onConfirm={() => save.mutate({ id: groupId, roleIds })}
      />
    );
  const isChanged = [...roleIds].sort().join() !== [...savedIds].sort().join();
  return (
    <Dialog opened onClose={onClose} title="Roles of this group">
      <Stack gap="md">
        <RolePicker
          label="Roles"
          description="Roles add up: nobody loses anything by getting one more, except the default role with their first."
          value={roleIds}
          onChange={setRoleIds}
          isForGroup
        />
        <Group justify="flex-end" gap={8}>
          <Button variant="default" onClick={onClose}>
            Cancel
          </Button>
          <Button disabled={!isChanged} onClick={() => setConfirming(true)}>
            Review changes
          </Button>
        </Group>
      </Stack>
    </Dialog>
  );
}
