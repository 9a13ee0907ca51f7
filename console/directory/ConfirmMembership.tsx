import { Text } from '@mantine/core';
import { useMutation, useQuery } from '@tanstack/react-query';
import { api } from '#console/api.ts';
import { FailureNotice } from '#console/shell/FailureNotice.tsx';
import { Loaded } from '#console/shell/Loaded.tsx';
import { showDone } from '#console/shell/show-result.ts';
import { ConfirmDialog } from '#console/ui/ConfirmDialog.tsx';
import { countOf } from '#console/ui/figures.ts';
import { RowSkeletons } from '#console/ui/Skeletons.tsx';

interface ConfirmMembershipProps {
  way: 'add' | 'remove';
  groupId: string;
  memberIds: string[];
  onClose: () => void;
  onDone: () => void;
}

/** A group brings roles and a policy: what joining or leaving it means is read before it holds. */
export function ConfirmMembership({ way, groupId, memberIds, onClose, onDone }: ConfirmMembershipProps) {
  const group = useQuery(api.directory.groups.get.queryOptions({ input: { id: groupId } }));
  const roles = useQuery(api.roles.ofGroup.queryOptions({ input: { id: groupId }, staleTime: 0 }));
  const isJoin = way === 'add';
  const people = countOf(memberIds.length, 'person', 'people');
  const change = useMutation(
    api.directory.groups.changeMembers.mutationOptions({
      onSuccess: ({ name }) => {
        showDone(isJoin ? `${people} added to ${name}.` : `${people} taken out of ${name}.`);
        onDone();
      },
    }),
  );
  const name = group.data?.name ?? 'the group';
  return (
    <ConfirmDialog
      isOpen
      title={isJoin ? `Add ${people} to ${name}?` : `Take ${people} out of ${name}?`}
      confirmLabel={isJoin ? 'Add to group' : 'Take out of group'}
      isDestructive={!isJoin}
      isReady={roles.isSuccess}
      isBusy={change.isPending}
      onClose={onClose}
      onConfirm={() => change.mutate({ id: groupId, ...(isJoin ? { add: memberIds } : { remove: memberIds }) })}
    >
      {change.error && <FailureNotice what="The group was not changed" error={change.error} />}
      <Loaded query={roles} what="What the group gives could not be loaded" skeleton={<RowSkeletons rows={1} />}>
        {({ items }) => <Text>{effects(way, items.map((role) => role.name).join(', '))}</Text>}
      </Loaded>
    </ConfirmDialog>
  );
}

function effects(way: 'add' | 'remove', roleNames: string): string {
  const policy = 'Another policy may apply to them from their next start on.';
  if (way === 'add') {
    const gained = roleNames === '' ? 'The group gives no role.' : `They get its roles at once: ${roleNames}.`;
    return `${gained} ${policy} You can take them out again.`;
  }
  const lost =
    roleNames === ''
      ? 'The group gives no role.'
      : `They lose its roles at their next request, unless they have them by another way: ${roleNames}.`;
  return `${lost} ${policy} They stay members of the workspace, and you can add them again.`;
}
