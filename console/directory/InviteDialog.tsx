import { Button, Checkbox, Group, Stack, Text, Textarea } from '@mantine/core';
import { useSessionStorage } from '@mantine/hooks';
import { useMutation } from '@tanstack/react-query';
import { type FormEvent, useState } from 'react';
import { api } from '#console/api.ts';
import { RolePicker } from '#console/roles/RolePicker.tsx';
import { useCan } from '#console/session.ts';
import { FailureNotice } from '#console/shell/FailureNotice.tsx';
import { Dialog } from '#console/ui/Dialog.tsx';
import { countOf } from '#console/ui/figures.ts';
import { GroupsPicker } from './GroupPicker.tsx';
import { InvitationLinks } from './InvitationLinks.tsx';
import { parsePeople } from './parse-people.ts';

export function InviteDialog({ onClose }: { onClose: () => void }) {
  const [typed, setTyped, forget] = useSessionStorage({ key: 'reeve-invite', defaultValue: '' });
  const [roleIds, setRoleIds] = useState<string[]>([]);
  const [groupIds, setGroupIds] = useState<string[]>([]);
  const [sendMail, setSendMail] = useState(false);
  const [problem, setProblem] = useState<string | null>(null);
  const mayGiveRoles = useCan('roles.write');
  const invite = useMutation(api.directory.members.invite.mutationOptions({ onSuccess: forget }));
  const { people, wrong } = parsePeople(typed);
  const check = () => {
    const found =
      wrong.length > 0
        ? `Not an e-mail address: ${wrong.join(', ')}`
        : people.length === 0
          ? 'Write at least one e-mail address.'
          : null;
    setProblem(found);
    return found === null;
  };
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (check()) invite.mutate({ people, roleIds, groupIds, sendMail });
  };
  if (invite.data) return <InvitationLinks invitations={invite.data.invitations} onClose={onClose} />;
  return (
    <Dialog opened onClose={onClose} title="Invite people" size="lg">
      <form onSubmit={submit} noValidate>
        <Stack gap="md">
          {invite.error && <FailureNotice what="Nobody was invited" error={invite.error} />}
          <Textarea
            label="E-mail addresses"
            description="One a line. A name may come first: Maya Lindqvist <maya@example.com>"
            autosize
            minRows={3}
            maxRows={10}
            data-autofocus
            value={typed}
            error={problem}
            onChange={(event) => setTyped(event.currentTarget.value)}
            onBlur={() => typed && check()}
          />
          {mayGiveRoles && (
            <RolePicker
              label="Roles"
              description="Without one they have those of their groups, or the default role."
              value={roleIds}
              onChange={setRoleIds}
            />
          )}
          <GroupsPicker
            label="Groups"
            description="Groups decide which policy applies."
            value={groupIds}
            onChange={setGroupIds}
          />
          <Checkbox
            label="Send the links by mail, too"
            description="Needs mail set up on the server (REEVE_SMTP_URL)."
            checked={sendMail}
            onChange={(event) => setSendMail(event.currentTarget.checked)}
          />
          <Text size="sm" c="dimmed">
            Each person gets a link that works once. They choose their own password.
          </Text>
          <Group justify="flex-end" gap={8}>
            <Button variant="default" onClick={onClose}>
              Cancel
            </Button>
            <Button type="submit" loading={invite.isPending}>
              {people.length > 1 ? `Invite ${countOf(people.length, 'person', 'people')}` : 'Invite'}
            </Button>
          </Group>
        </Stack>
      </form>
    </Dialog>
  );
}
