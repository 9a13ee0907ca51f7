import { Button } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import { api } from '#console/api.ts';
import { showDone } from '#console/shell/show-result.ts';
import { allPermissions } from '#contract/permissions.ts';
import type { Role } from '#contract/roles.ts';
import { ConfirmAccess } from './ConfirmAccess.tsx';
import { type RoleDraft, RoleForm } from './RoleForm.tsx';

const draftOf = ({ name, description, permissions }: Role): RoleDraft => ({
  name,
  description,
  permissions: allPermissions.filter((permission) => permissions.includes(permission)),
});

const isSame = (one: RoleDraft, other: RoleDraft): boolean =>
  one.name === other.name &&
  one.description === other.description &&
  [...one.permissions].sort().join() === [...other.permissions].sort().join();

export function EditRole({ role }: { role: Role }) {
  const saved = draftOf(role);
  const [edited, setEdited] = useState<RoleDraft | null>(null);
  const [isConfirming, setConfirming] = useState(false);
  const draft = edited ?? saved;
  const isChanged = !isSame(draft, saved);
  const update = useMutation(
    api.roles.update.mutationOptions({
      onSuccess: ({ name }) => {
        showDone(`${name} was changed.`);
        setEdited(null);
        setConfirming(false);
      },
    }),
  );
  return (
    <>
      <RoleForm
        draft={draft}
        onDraft={setEdited}
        saveLabel="Review changes"
        isSaving={update.isPending}
        canSave={isChanged}
        error={null}
        onSave={() => setConfirming(true)}
        secondary={
          isChanged && (
            <Button variant="default" onClick={() => setEdited(null)}>
              Discard changes
            </Button>
          )
        }
      />
      {isConfirming && (
        <ConfirmAccess
          title={`Save ${draft.name}?`}
          confirmLabel="Save role"
          change={{ kind: 'role', id: role.id, permissions: draft.permissions }}
          isBusy={update.isPending}
          error={update.error}
          onClose={() => setConfirming(false)}
          onConfirm={() => update.mutate({ id: role.id, ...draft })}
        />
      )}
    </>
  );
}
