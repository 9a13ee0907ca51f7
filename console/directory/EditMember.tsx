import { Button, Group, Stack, Text, TextInput } from '@mantine/core';
import { isEmail, isNotEmpty, useForm } from '@mantine/form';
import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import { api } from '#console/api.ts';
import { useCan } from '#console/session.ts';
import { FailureNotice } from '#console/shell/FailureNotice.tsx';
import { showDone } from '#console/shell/show-result.ts';
import { Dialog } from '#console/ui/Dialog.tsx';
import { Notice } from '#console/ui/Notice.tsx';
import type { Member } from '#contract/directory.ts';

export function EditMember({ member }: { member: Member }) {
  const mayWrite = useCan('members.write');
  const [isOpen, setOpen] = useState(false);
  if (!mayWrite) return null;
  return (
    <>
      <Button variant="default" onClick={() => setOpen(true)}>
        Change name or e-mail
      </Button>
      {isOpen && <EditDialog member={member} onClose={() => setOpen(false)} />}
    </>
  );
}

function EditDialog({ member, onClose }: { member: Member; onClose: () => void }) {
  const isManaged = member.source === 'scim';
  const form = useForm({
    initialValues: { name: member.name, email: member.email },
    validate: { name: isNotEmpty('Write a name.'), email: isEmail('Write an e-mail address.') },
    validateInputOnBlur: true,
  });
  const update = useMutation(
    api.directory.members.update.mutationOptions({
      onSuccess: ({ name }) => {
        showDone(`${name} was changed.`);
        onClose();
      },
    }),
  );
  const save = form.onSubmit(({ name, email }) => update.mutate({ id: member.id, name, email }));
  return (
    <Dialog opened onClose={onClose} title={`Change ${member.name}`}>
      <form onSubmit={save} noValidate>
        <Stack gap="md">
          {update.error && <FailureNotice what="Nothing was changed" error={update.error} />}
          {isManaged && (
            <Notice tone="info" title="Your identity provider decides this">
              <p>
                The name and the address of {member.name} come through SCIM. Change them there; they arrive here by
                themselves.
              </p>
            </Notice>
          )}
          <TextInput label="Name" data-autofocus disabled={isManaged} {...form.getInputProps('name')} />
          <TextInput label="E-mail" type="email" disabled={isManaged} {...form.getInputProps('email')} />
          {!isManaged && (
            <Text size="sm" c="dimmed">
              They sign in with the new address from then on, and single sign-on finds them by it.
            </Text>
          )}
          <Group justify="flex-end" gap={8}>
            <Button variant="default" onClick={onClose}>
              {isManaged ? 'Close' : 'Cancel'}
            </Button>
            {!isManaged && (
              <Button type="submit" loading={update.isPending} disabled={!form.isDirty()}>
                Save
              </Button>
            )}
          </Group>
        </Stack>
      </form>
    </Dialog>
  );
}
