import { Button, Group, Text } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import { api } from '#console/api.ts';
import { paths } from '#console/paths.ts';
import { useCan } from '#console/session.ts';
import { FailureNotice } from '#console/shell/FailureNotice.tsx';
import { showDone, showFailure } from '#console/shell/show-result.ts';
import { ConfirmDialog } from '#console/ui/ConfirmDialog.tsx';
import type { Member } from '#contract/directory.ts';
import { InvitationLinks } from './InvitationLinks.tsx';
import { TakeOver } from './TakeOver.tsx';
import { TransferOwnership } from './TransferOwnership.tsx';

type Asked = 'suspend' | 'remove' | null;

export function MemberActions({ member }: { member: Member }) {
  const mayWrite = useCan('members.write');
  const navigate = useNavigate();
  const [asked, setAsked] = useState<Asked>(null);
  const close = () => setAsked(null);
  const { suspend, reactivate, remove, renewInvitation } = api.directory.members;
  const suspending = useMutation(
    suspend.mutationOptions({
      onSuccess: () => {
        showDone(`${member.name} is suspended.`);
        close();
      },
    }),
  );
  const reactivating = useMutation(
    reactivate.mutationOptions({
      onSuccess: () => showDone(`${member.name} may sign in again.`),
      onError: (error) => showFailure(`${member.name} is still suspended`, error),
    }),
  );
  const removing = useMutation(
    remove.mutationOptions({
      meta: { leavesPage: true },
      onSuccess: async () => {
        showDone(`${member.name} was removed.`);
        await navigate({ to: paths.members });
      },
    }),
  );
  const renewing = useMutation(
    renewInvitation.mutationOptions({ onError: (error) => showFailure('The link was not replaced', error) }),
  );
  if (!mayWrite) return <Text c="dimmed">Only people who may change members can do this.</Text>;
  const input = { id: member.id };
  return (
    <>
      {member.status === 'deprovisioned' && (
        <Text mb="md">
          Your identity provider took {member.name} out, so only it can let them in again. Assign them there; they are
          active here after its next synchronisation.
        </Text>
      )}
      <Group gap={8}>
        {member.status === 'invited' && (
          <Button variant="default" loading={renewing.isPending} onClick={() => renewing.mutate(input)}>
            New invitation link
          </Button>
        )}
        {member.status === 'active' && (
          <Button variant="default" onClick={() => setAsked('suspend')}>
            Suspend
          </Button>
        )}
        <TransferOwnership member={member} />
        <TakeOver member={member} />
        {member.status === 'suspended' && (
          <Button variant="default" loading={reactivating.isPending} onClick={() => reactivating.mutate(input)}>
            Reactivate
          </Button>
        )}
        <Button variant="outline" color="red" onClick={() => setAsked('remove')}>
          Remove
        </Button>
      </Group>
      <ConfirmDialog
        isOpen={asked === 'suspend'}
        title={`Suspend ${member.name}?`}
        confirmLabel="Suspend member"
        isDestructive
        isBusy={suspending.isPending}
        onClose={close}
        onConfirm={() => suspending.mutate(input)}
      >
        {suspending.error && <FailureNotice what="Nobody was suspended" error={suspending.error} />}
        <Text>
          Their console sessions, Codex sign-ins and access tokens stop working at the next request, and running calls
          end. You can reactivate them; they sign in again then.
        </Text>
      </ConfirmDialog>
      <ConfirmDialog
        isOpen={asked === 'remove'}
        title={`Remove ${member.name}?`}
        confirmLabel="Remove member"
        typeToConfirm={member.email}
        isDestructive
        isBusy={removing.isPending}
        onClose={close}
        onConfirm={() => removing.mutate(input)}
      >
        {removing.error && <FailureNotice what="Nobody was removed" error={removing.error} />}
        <Text>
          Everything they were signed in to stops at the next request. This cannot be undone; their past activity and
          audit entries stay.
          {member.source === 'scim' &&
            ' As long as your identity provider has them assigned, its next synchronisation brings them back.'}
        </Text>
      </ConfirmDialog>
      {renewing.data && <InvitationLinks invitations={[renewing.data]} onClose={renewing.reset} />}
    </>
  );
}
