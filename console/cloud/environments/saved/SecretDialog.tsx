import { PasswordInput, TextInput } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import { api } from '#console/api.ts';
import { FailureNotice } from '#console/shell/FailureNotice.tsx';
import { showDone } from '#console/shell/show-result.ts';
import { ConfirmDialog } from '#console/ui/ConfirmDialog.tsx';
import classes from '../Environments.module.css';

interface SecretDialogProps {
  environmentId: string;
  /** Null: a new one. */
  name: string | null;
  onClose: () => void;
}

export function SecretDialog({ environmentId, name, onClose }: SecretDialogProps) {
  const [typed, setTyped] = useState({ name: name ?? '', value: '' });
  const save = useMutation(
    api.environments.setSecret.mutationOptions({
      onSuccess: (saved) => {
        showDone(`${saved.name} is saved. What was kept is thrown away, so that the next set-up has it.`);
        onClose();
      },
    }),
  );
  const isName = /^[A-Za-z_][A-Za-z0-9_]*$/.test(typed.name);
  return (
    <ConfirmDialog
      isOpen
      title={name === null ? 'Add a secret' : `Replace ${name}`}
      confirmLabel="Save secret"
      isReady={isName && typed.value !== ''}
      isBusy={save.isPending}
      onClose={onClose}
      onConfirm={() => save.mutate({ id: environmentId, ...typed })}
    >
      {save.error && <FailureNotice what="The secret was not saved" error={save.error} />}
      {name === null && (
        <TextInput
          label="Name"
          description="The environment variable that set-up finds it in."
          classNames={{ input: classes.mono ?? '' }}
          placeholder="NPM_TOKEN"
          autoComplete="off"
          spellCheck={false}
          maxLength={100}
          data-autofocus
          value={typed.name}
          error={typed.name === '' || isName ? null : 'Is no name of an environment variable.'}
          onChange={(event) => setTyped({ ...typed, name: event.currentTarget.value.trim() })}
        />
      )}
      <PasswordInput
        label="Secret"
        description="Stored encrypted, never shown again."
        autoComplete="off"
        maxLength={16_384}
        visibilityToggleButtonProps={{ tabIndex: 0, 'aria-label': 'Show or hide the secret' }}
        value={typed.value}
        onChange={(event) => setTyped({ ...typed, value: event.currentTarget.value })}
      />
    </ConfirmDialog>
  );
}
