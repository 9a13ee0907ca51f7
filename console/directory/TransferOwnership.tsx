import { Button, Stack, Text } from '@mantine/core';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import { api } from '#console/api.ts';
import { paths } from '#console/paths.ts';
import { RolePicker } from '#console/roles/RolePicker.tsx';
import { sessionQuery, useSession } from '#console/session.ts';
import { FailureNotice } from '#console/shell/FailureNotice.tsx';
import { showDone } from '#console/shell/show-result.ts';
import { ConfirmDialog } from '#console/ui/ConfirmDialog.tsx';
import type { Member } from '#contract/directory.ts';
import { allPermissions, permissions, withIncluded } from '#contract/permissions.ts';

/** For owners, on the page of somebody who can sign in. */
export function TransferOwnership({ member }: { member: Member }) {
  const { member: self } = useSession();
  const [isOpen, setOpen] = useState(false);
  const isOwner = self.roles.some(({ id }) => id === 'owner');
  if (!isOwner || member.id === self.id || member.status !== 'active') return null;
  return (
    <>
      <Button variant="default" onClick={() => setOpen(true)}>
        Hand ownership over
      </Button>
      {isOpen && <TransferDialog member={member} onClose={() => setOpen(false)} />}
    </>
  );
}

function TransferDialog({ member, onClose }: { member: Member; onClose: () => void }) {
  const { member: self } = useSession();
  const navigate = useNavigate();
  const queries = useQueryClient();
  // Their own roles only: what a group gives stays with the group, and must not become theirs for good.
  const own = useQuery(api.directory.members.get.queryOptions({ input: { id: self.id } }));
  const [chosenIds, setChosenIds] = useState<string[] | null>(null);
  const keepRoleIds = chosenIds ?? (own.data?.roles ?? []).map(({ id }) => id).filter((id) => id !== 'owner');
  const transfer = useMutation(
    api.directory.members.transferOwnership.mutationOptions({
      // What is left to them may not include this page.
      meta: { leavesPage: true },
      onSuccess: async () => {
        showDone(`${member.name} is the owner now.`);
        await queries.fetchQuery({ ...sessionQuery, staleTime: 0 });
        await navigate({ to: paths.overview });
      },
    }),
  );
  return (
    <ConfirmDialog
      isOpen
      size="lg"
      title={`Hand ownership over to ${member.name}?`}
      confirmLabel="Hand ownership over"
      typeToConfirm={member.email}
      isDestructive
      isReady={own.isSuccess}
      isBusy={transfer.isPending}
      onClose={onClose}
      onConfirm={() => transfer.mutate({ id: member.id, keepRoleIds: keepRoleIds.filter((id) => id !== 'owner') })}
    >
      <Stack gap="md">
        {transfer.error && <FailureNotice what="Ownership stays with you" error={transfer.error} />}
        <Text>
          {member.name} becomes an owner and you stop being one, both at the same moment. Only an owner can give it back
          to you.
        </Text>
        {own.error && <FailureNotice what="Your own roles could not be loaded" error={own.error} />}
        <RolePicker label="Roles you keep" value={keepRoleIds} onChange={setChosenIds} isDisabled={!own.isSuccess} />
        <Losses keepRoleIds={keepRoleIds} />
      </Stack>
    </ConfirmDialog>
  );
}

const inSentence = (label: string) => label.charAt(0).toLowerCase() + label.slice(1);

/** What only owning gave; roles by groups are not counted, they stay. */
function Losses({ keepRoleIds }: { keepRoleIds: string[] }) {
  const kept = useKeptPermissions(keepRoleIds);
  const lost = allPermissions.filter((permission) => !kept.has(permission));
  return (
    <div>
      <Text fw={600} size="sm">
        You lose, unless a group of yours gives it
      </Text>
      <Text size="sm">
        Making and unmaking owners
        {lost.map((permission) => `, ${inSentence(permissions[permission].label)}`).join('')}.
      </Text>
    </div>
  );
}

function useKeptPermissions(roleIds: string[]): ReadonlySet<string> {
  const roles = useQuery(api.roles.choices.queryOptions());
  const kept = (roles.data?.items ?? []).filter(({ id }) => roleIds.includes(id) && id !== 'owner');
  const ticked = new Set(kept.flatMap((role) => role.permissions));
  return withIncluded(allPermissions.filter((permission) => ticked.has(permission)));
}
