import { Stack } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { api } from '#console/api.ts';
import { FailureNotice } from '#console/shell/FailureNotice.tsx';
import { ConfirmDialog } from '#console/ui/ConfirmDialog.tsx';
import type { AccessChangeDraft } from '#contract/roles.ts';
import { RoleChangeList } from './RoleChangeList.tsx';

interface ConfirmAccessProps {
  title: string;
  confirmLabel: string;
  change: AccessChangeDraft;
  children?: ReactNode;
  isDestructive?: boolean;
  /** When set, this must be typed before the button works. */
  typeToConfirm?: string | undefined;
  isBusy: boolean;
  error: unknown;
  onConfirm: () => void;
  onClose: () => void;
}

/** Preview, confirm: a change of who may do what is never saved before its effects were seen. */
export function ConfirmAccess(props: ConfirmAccessProps) {
  const { title, confirmLabel, change, children, isDestructive = false, typeToConfirm } = props;
  const { isBusy, error, onConfirm, onClose } = props;
  // Worked out anew each time: who has what may have changed a moment ago.
  const preview = useQuery(api.roles.preview.queryOptions({ input: { change }, staleTime: 0, enabled: !isBusy }));
  return (
    <ConfirmDialog
      isOpen
      size="lg"
      title={title}
      confirmLabel={confirmLabel}
      isDestructive={isDestructive}
      typeToConfirm={typeToConfirm}
      isBusy={isBusy}
      isReady={preview.data?.refusal === null}
      onClose={onClose}
      onConfirm={onConfirm}
    >
      <Stack gap="md">
        {error !== null && <FailureNotice what="Nothing was changed" error={error} />}
        {children}
        <RoleChangeList preview={preview} />
      </Stack>
    </ConfirmDialog>
  );
}
