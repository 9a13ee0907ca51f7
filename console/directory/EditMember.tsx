import { Button, Group, MultiSelect, Stack, TextInput } from '@mantine/core';
import { isNotEmpty, useForm } from '@mantine/form';
import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import { api } from '#console/api.ts';
import { useCan } from '#console/session.ts';
import { FailureNotice } from '#console/shell/FailureNotice.tsx';
import { showDone } from '#console/shell/show-result.ts';
import { Dialog } from '#console/ui/Dialog.tsx';
import { builtInRoleNames, builtInRoles } from '#contract/built-in-roles.ts';
import type { Member } from '#contract/directory.ts';

export function EditMember({ member }: { member: Member }) {
  const mayWrite = useCan('members.write');
  const [isOpen, setOpen] = useState(false);
  if (!mayWrite) return null;
  return (
    <>
      <Button variant="default" onClick={() => setOpen(true)}>
        Change name or role
      </Button>
      {isOpen && <EditDialog member={member} onClose={() => setOpen(false)} />}
    </>
  );
}

function EditDialog({ member, onClose }: { member: Member; onClose: () => void }) {
  const mayGiveRoles = useCan('roles.write');
  const form = useForm({
    initialValues: { name: member.name, roleIds: member.roles.map(({ id }) => id) },
    validate: { name: isNotEmpty('Write a name.') },
  });
  const { name, roleIds } = form.values;
  const rename = useMutation(api.directory.members.update.mutationOptions({}));
  const setRoles = useMutation(api.directory.members.setRoles.mutationOptions({}));
  const save = async () => {
    if (name !== member.name) await rename.mutateAsync({ id: member.id, name });
    if (mayGiveRoles) await setRoles.mutateAsync({ id: member.id, roleIds });
    showDone(`${name} was changed.`);
    onClose();
  };
  const error = rename.error ?? setRoles.error;
  return (
    <Dialog opened onClose={onClose} title={`Change ${member.name}`}>
      <form onSubmit={form.onSubmit(() => save().catch(() => undefined))} noValidate>
        <Stack gap="md">
          {error && <FailureNotice what="Nothing was changed" error={error} />}
          <TextInput label="Name" data-autofocus {...form.getInputProps('name')} />
          <MultiSelect
            label="Own roles"
            description="Roles of their groups come on top. Changes hold at their next request."
            disabled={!mayGiveRoles}
            data={builtInRoleNames.map((value) => ({ value, label: builtInRoles[value].name }))}
            {...form.getInputProps('roleIds')}
          />
          <Group justify="flex-end" gap={8}>
            <Button variant="default" onClick={onClose}>
              Cancel
            </Button>
            <Button type="submit" loading={rename.isPending || setRoles.isPending}>
              Save
            </Button>
          </Group>
        </Stack>
      </form>
    </Dialog>
  );
}
