import { Button, Text } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import { api } from '#console/api.ts';
import { paths } from '#console/paths.ts';
import { showDone } from '#console/shell/show-result.ts';
import type { Role } from '#contract/roles.ts';
import { ConfirmAccess } from './ConfirmAccess.tsx';
import { inWords } from './RolesPage.tsx';

export function DeleteRole({ role }: { role: Role }) {
  const navigate = useNavigate();
  const [isOpen, setOpen] = useState(false);
  const remove = useMutation(
    api.roles.remove.mutationOptions({
      meta: { leavesPage: true },
      onSuccess: async () => {
        showDone(`${role.name} was deleted.`);
        await navigate({ to: paths.roles });
      },
    }),
  );
  return (
    <>
      <Button variant="outline" color="red" onClick={() => setOpen(true)}>
        Delete role
      </Button>
      {isOpen && (
        <ConfirmAccess
          title={`Delete ${role.name}?`}
          confirmLabel="Delete role"
          change={{ kind: 'deletion', id: role.id }}
          isDestructive
          typeToConfirm={role.name}
          isBusy={remove.isPending}
          error={remove.error}
          onClose={() => setOpen(false)}
          onConfirm={() => remove.mutate({ id: role.id })}
        >
          <Text>{inWords(role.use)}. This cannot be undone.</Text>
        </ConfirmAccess>
      )}
    </>
  );
}
