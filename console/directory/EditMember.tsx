import { Button, Group, Select, Stack, TextInput } from '@mantine/core';
import { isNotEmpty, useForm } from '@mantine/form';
import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import { api } from '#console/api.ts';
import { useCan } from '#console/session.ts';
import { FailureNotice } from '#console/shell/FailureNotice.tsx';
import { showDone } from '#console/shell/show-result.ts';
import { Dialog } from '#console/ui/Dialog.tsx';
import { Notice } from '#console/ui/Notice.tsx';
import type { Member } from '#contract/directory.ts';
import { builtInRoleNames, builtInRoles } from '#contract/permissions.ts';

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
  const form = useForm({
    initialValues: { name: member.name, role: member.role },
    validate: { name: isNotEmpty('Write a name.') },
  });
  const { name, role } = form.values;
  const update = useMutation(
    api.directory.members.update.mutationOptions({
      onSuccess: () => {
        showDone(`${name} was changed.`);
        onClose();
      },
    }),
  );
  return (
    <Dialog opened onClose={onClose} title={`Change ${member.name}`}>
      <form onSubmit={form.onSubmit((values) => update.mutate({ id: member.id, ...values }))} noValidate>
        <Stack gap="md">
          {update.error && <FailureNotice what="Nothing was changed" error={update.error} />}
          <TextInput label="Name" data-autofocus {...form.getInputProps('name')} />
          <Select
            label="Role"
            description={builtInRoles[role].sentence}
            allowDeselect={false}
            data={builtInRoleNames.map((value) => ({ value, label: builtInRoles[value].name }))}
            {...form.getInputProps('role')}
          />
          {role !== member.role && (
            <Notice tone="warn">
              <p>
                {name} goes from {builtInRoles[member.role].name} to {builtInRoles[role].name} at their next request.
              </p>
            </Notice>
          )}
          <Group justify="flex-end" gap={8}>
            <Button variant="default" onClick={onClose}>
              Cancel
            </Button>
            <Button type="submit" loading={update.isPending}>
              {role === member.role ? 'Save' : 'Change role'}
            </Button>
          </Group>
        </Stack>
      </form>
    </Dialog>
  );
}
