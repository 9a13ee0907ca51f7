import { Button, Group, Select, Stack } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import { api } from '#console/api.ts';
import { paths } from '#console/paths.ts';
import { useCan } from '#console/session.ts';
import { showDone } from '#console/shell/show-result.ts';
import { TextLink } from '#console/shell/TextLink.tsx';
import { Dialog } from '#console/ui/Dialog.tsx';
import { Section } from '#console/ui/Section.tsx';
import type { Role } from '#contract/roles.ts';
import { ConfirmAccess } from './ConfirmAccess.tsx';
import classes from './Roles.module.css';
import { noRole, roleChoices } from './role-choices.ts';

interface DefaultRoleProps {
  roles: Role[];
  defaultRoleId: string | null;
}

/** What members without any role have. */
export function DefaultRole({ roles, defaultRoleId }: DefaultRoleProps) {
  const mayWrite = useCan('roles.write');
  const [isOpen, setOpen] = useState(false);
  const role = roles.find(({ id }) => id === defaultRoleId);
  return (
    <div className={classes.apart}>
      <Section
        title="Default role"
        description="Members who have no role, neither of their own nor by a group, have this one. It goes with their first role."
        action={
          mayWrite && (
            <Button variant="default" onClick={() => setOpen(true)}>
              Change default role
            </Button>
          )
        }
      >
        <p className={classes.plain}>
          {role ? (
            <TextLink to={paths.role} params={{ id: role.id }}>
              {role.name}
            </TextLink>
          ) : (
            'No role: they can sign in to the console, but may not use Codex.'
          )}
        </p>
        {isOpen && <ChangeDefault roles={roles} savedId={defaultRoleId} onClose={() => setOpen(false)} />}
      </Section>
    </div>
  );
}

function ChangeDefault({ roles, savedId, onClose }: { roles: Role[]; savedId: string | null; onClose: () => void }) {
  const [chosen, setChosen] = useState(savedId ?? noRole);
  const [isConfirming, setConfirming] = useState(false);
  const roleId = chosen === noRole ? null : chosen;
  const save = useMutation(
    api.roles.setDefault.mutationOptions({
      onSuccess: () => {
        showDone('The default role was changed.');
        onClose();
      },
    }),
  );
  if (isConfirming)
    return (
      <ConfirmAccess
        title="Change the default role?"
        confirmLabel="Change default role"
        change={{ kind: 'default-role', roleId }}
        isBusy={save.isPending}
        error={save.error}
        onClose={onClose}
        onConfirm={() => save.mutate({ roleId })}
      />
    );
  return (
    <Dialog opened onClose={onClose} title="Default role">
      <Stack gap="md">
        <Select
          label="Members without a role have"
          data={roleChoices(roles)}
          value={chosen}
          allowDeselect={false}
          onChange={(value) => setChosen(value ?? noRole)}
        />
        <Group justify="flex-end" gap={8}>
          <Button variant="default" onClick={onClose}>
            Cancel
          </Button>
          <Button disabled={roleId === savedId} onClick={() => setConfirming(true)}>
            Review changes
          </Button>
        </Group>
      </Stack>
    </Dialog>
  );
}
