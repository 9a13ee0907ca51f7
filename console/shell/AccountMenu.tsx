import { ActionIcon, Menu, Text } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { LogOut, UserRound } from 'lucide-react';
import { api } from '#console/api.ts';
import { rememberSignedIn } from '#console/expired-session.ts';
import { paths } from '#console/paths.ts';
import { useSession } from '#console/session.ts';
import { showFailure } from './show-result.ts';

export function AccountMenu() {
  const { member } = useSession();
  const navigate = useNavigate();
  const signOut = useMutation(
    api.identity.signOut.mutationOptions({
      meta: { leavesPage: true },
      // A new document, so that nothing of this person stays in memory.
      onSuccess: ({ redirectTo }) => {
        rememberSignedIn(false);
        location.assign(redirectTo ?? paths.signIn);
      },
      onError: (error) => showFailure('You are still signed in', error),
    }),
  );
  return (
    <Menu position="bottom-end" width={260}>
      <Menu.Target>
        <ActionIcon variant="subtle" color="gray" size="lg" aria-label={`Account of ${member.name}`}>
          <UserRound size={20} aria-hidden />
        </ActionIcon>
      </Menu.Target>
      <Menu.Dropdown aria-label="Account">
        <Menu.Label>
          <Text size="sm" fw={600} c="var(--text)" truncate>
            {member.name}
          </Text>
          <Text size="sm" truncate>
            {member.email}
          </Text>
          <Text size="sm">{member.roles.map(({ name }) => name).join(', ')}</Text>
        </Menu.Label>
        <Menu.Divider />
        <Menu.Item leftSection={<UserRound size={16} aria-hidden />} onClick={() => navigate({ to: paths.account })}>
          Your account
        </Menu.Item>
        <Menu.Item leftSection={<LogOut size={16} aria-hidden />} onClick={() => signOut.mutate({})}>
          Sign out
        </Menu.Item>
      </Menu.Dropdown>
    </Menu>
  );
}
