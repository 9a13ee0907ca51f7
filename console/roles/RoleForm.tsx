import { Button, Group, Stack, Textarea, TextInput } from '@mantine/core';
import { type FormEvent, type ReactNode, useState } from 'react';
import { FailureNotice } from '#console/shell/FailureNotice.tsx';
import { Section } from '#console/ui/Section.tsx';
import type { Permission } from '#contract/permissions.ts';
import { PermissionChecklist } from './PermissionChecklist.tsx';
import classes from './Roles.module.css';

export interface RoleDraft {
  name: string;
  description: string;
  permissions: Permission[];
}

interface RoleFormProps {
  draft: RoleDraft;
  onDraft: (draft: RoleDraft) => void;
  saveLabel: string;
  isSaving: boolean;
  canSave: boolean;
  error: unknown;
  onSave: () => void;
  secondary?: ReactNode;
}

export function RoleForm({ draft, onDraft, saveLabel, isSaving, canSave, error, onSave, secondary }: RoleFormProps) {
  const [nameError, setNameError] = useState<string | null>(null);
  const save = (event: FormEvent) => {
    event.preventDefault();
    const problem = draft.name.trim() === '' ? 'Write a name, for example “Help desk”.' : null;
    setNameError(problem);
    if (problem === null) onSave();
  };
  return (
    <form onSubmit={save} noValidate>
      <Stack gap="md">
        <TextInput
          className={classes.field ?? ''}
          label="Name"
          maxLength={80}
          value={draft.name}
          error={nameError}
          onChange={(event) => onDraft({ ...draft, name: event.currentTarget.value })}
        />
        <Textarea
          className={classes.field ?? ''}
          label="Description"
          description="For whom it is. Shown in the list of roles."
          maxLength={500}
          autosize
          minRows={2}
          value={draft.description}
          onChange={(event) => onDraft({ ...draft, description: event.currentTarget.value })}
        />
      </Stack>
      <div className={classes.apart}>
        <Section title="Permissions" description="You can give only what you hold yourself.">
          <PermissionChecklist
            ticked={draft.permissions}
            onTicked={(permissions) => onDraft({ ...draft, permissions })}
          />
        </Section>
      </div>
      <Stack gap="md" mt="lg">
        {error !== null && <FailureNotice what="The role was not saved" error={error} />}
        <Group gap={8}>
          <Button type="submit" loading={isSaving} disabled={!canSave}>
            {saveLabel}
          </Button>
          {secondary}
        </Group>
      </Stack>
    </form>
  );
}
