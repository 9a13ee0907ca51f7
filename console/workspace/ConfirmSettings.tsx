import { Stack } from '@mantine/core';
import { useMutation, useQuery } from '@tanstack/react-query';
import { api } from '#console/api.ts';
import { FailureNotice } from '#console/shell/FailureNotice.tsx';
import { Loaded } from '#console/shell/Loaded.tsx';
import { showDone } from '#console/shell/show-result.ts';
import { ConfirmDialog } from '#console/ui/ConfirmDialog.tsx';
import { countOf } from '#console/ui/figures.ts';
import { Notice } from '#console/ui/Notice.tsx';
import { RowSkeletons } from '#console/ui/Skeletons.tsx';
import type { WorkspaceSettings } from '#contract/workspace.ts';
import classes from './Settings.module.css';
import { nameOf } from './settings-words.ts';

interface ConfirmSettingsProps {
  changes: Partial<WorkspaceSettings>;
  onClose: () => void;
  onSaved: () => void;
}

const whenNothing: Partial<Record<keyof WorkspaceSettings, string>> = {
  minimumClientVersion: 'any version',
  minimumClientFrom: 'at once',
};

function inWords(key: keyof WorkspaceSettings, value: string | number | boolean | null): string {
  if (value === null) return whenNothing[key] ?? 'none';
  if (key === 'minimumClientFrom') return `${String(value).slice(0, 10)}, 00:00 UTC`;
  return typeof value === 'boolean' ? (value ? 'on' : 'off') : String(value);
}

/** Preview, confirm, result. */
export function ConfirmSettings({ changes, onClose, onSaved }: ConfirmSettingsProps) {
  const preview = useQuery(api.workspace.previewSettings.queryOptions({ input: changes, staleTime: 0 }));
  const save = useMutation(
    api.workspace.updateSettings.mutationOptions({
      onSuccess: () => {
        showDone('The settings were saved.');
        onSaved();
      },
    }),
  );
  return (
    <ConfirmDialog
      isOpen
      title="Save these settings?"
      confirmLabel="Save settings"
      isBusy={save.isPending || preview.isPending}
      onClose={onClose}
      onConfirm={() => save.mutate(changes)}
    >
      <Stack gap="md">
        {save.error && <FailureNotice what="The settings were not saved" error={save.error} />}
        <ul className={classes.changes}>
          {Object.entries(changes).map(([key, value]) => (
            <li key={key}>
              {nameOf[key as keyof WorkspaceSettings]}:{' '}
              <strong>{inWords(key as keyof WorkspaceSettings, value)}</strong>
            </li>
          ))}
        </ul>
        <Loaded query={preview} what="The effects could not be worked out" skeleton={<RowSkeletons rows={2} />}>
          {({ effects, activeMembers, signedInClients }) => (
            <>
              {effects.map(({ sentence, severity }) => (
                <Notice key={sentence} tone={severity === 'warning' ? 'warn' : 'info'}>
                  <p>{sentence}</p>
                </Notice>
              ))}
              <p className={classes.reach}>
                The workspace has {countOf(activeMembers, 'active member')} and{' '}
                {countOf(signedInClients, 'signed-in client')}.
              </p>
            </>
          )}
        </Loaded>
      </Stack>
    </ConfirmDialog>
  );
}
