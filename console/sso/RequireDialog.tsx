import { MultiSelect, Stack, Text } from '@mantine/core';
import { keepPreviousData, useMutation, useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import type { z } from 'zod';
import { api } from '#console/api.ts';
import { useSession } from '#console/session.ts';
import { FailureNotice } from '#console/shell/FailureNotice.tsx';
import { Loaded } from '#console/shell/Loaded.tsx';
import { showDone } from '#console/shell/show-result.ts';
import { ConfirmDialog } from '#console/ui/ConfirmDialog.tsx';
import { RowSkeletons } from '#console/ui/Skeletons.tsx';
import type { SsoSettings } from '#contract/sso.ts';
import { LockedOut } from './LockedOut.tsx';

interface RequireDialogProps {
  saved: z.infer<typeof SsoSettings>;
  onClose: () => void;
}

/** Who keeps a password, who is locked out, which sessions end: seen before it holds. */
export function RequireDialog({ saved, onClose }: RequireDialogProps) {
  const { workspace } = useSession();
  const [ownerIds, setOwnerIds] = useState(saved.breakGlassOwnerIds);
  const owners = useQuery(api.roles.holders.queryOptions({ input: { id: 'owner', limit: 200 } }));
  const wanted = { isRequired: true, breakGlassOwnerIds: ownerIds };
  const preview = useQuery(
    api.sso.previewSettings.queryOptions({
      input: wanted,
      enabled: ownerIds.length > 0,
      staleTime: 0,
      placeholderData: keepPreviousData,
    }),
  );
  const save = useMutation(
    api.sso.updateSettings.mutationOptions({
      onSuccess: () => {
        showDone(saved.isRequired ? 'The break-glass owners were saved.' : 'Single sign-on is required now.');
        onClose();
      },
    }),
  );
  const choices = (owners.data?.items ?? []).filter(({ status }) => status === 'active');
  return (
    <ConfirmDialog
      isOpen
      size="lg"
      title={saved.isRequired ? 'Change the break-glass owners' : 'Require single sign-on?'}
      confirmLabel={saved.isRequired ? 'Save break-glass owners' : 'Require single sign-on'}
      typeToConfirm={saved.isRequired ? undefined : workspace.name}
      isDestructive={!saved.isRequired}
      isBusy={save.isPending}
      isReady={ownerIds.length > 0 && preview.isSuccess && !preview.isPlaceholderData}
      onClose={onClose}
      onConfirm={() => save.mutate(wanted)}
    >
      <Stack gap="md">
        {save.error && <FailureNotice what="Nothing was changed" error={save.error} />}
        <Text>
          Members then sign in through a connection only. Their passwords and passkeys stop working here, and what is
          signed in with them ends.
        </Text>
        {owners.error && <FailureNotice what="The owners could not be loaded" error={owners.error} />}
        <MultiSelect
          label="Break-glass owners"
          description="They may still use their password, for the day the identity provider is down. Choose one or two with a long password and a second factor; each such sign-in stands out in the audit log."
          placeholder={ownerIds.length === 0 ? 'Choose at least one owner' : ''}
          searchable
          maxValues={10}
          value={ownerIds}
          onChange={setOwnerIds}
          data={choices.map(({ id, name, email }) => ({ value: id, label: `${name} (${email})` }))}
        />
        {ownerIds.length > 0 && (
          <Loaded query={preview} what="The effects could not be worked out" skeleton={<RowSkeletons rows={2} />}>
            {(effects) => <LockedOut {...effects} />}
          </Loaded>
        )}
      </Stack>
    </ConfirmDialog>
  );
}
