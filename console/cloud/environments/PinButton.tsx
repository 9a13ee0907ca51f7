import { ActionIcon, Tooltip } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { Pin } from 'lucide-react';
import { api } from '#console/api.ts';
import { showFailure } from '#console/shell/show-result.ts';
import type { Environment } from '#contract/environments.ts';

/** Pinned ones are first in every list, of clients too; for oneself alone. */
export function PinButton({ environment: { id, label, isPinned } }: { environment: Environment }) {
  const pin = useMutation(
    api.environments.setPinned.mutationOptions({
      onError: (error) => showFailure(`${label} could not be ${isPinned ? 'unpinned' : 'pinned'}`, error),
    }),
  );
  const words = isPinned ? 'Unpin' : 'Pin to the top, for me';
  return (
    <Tooltip label={words}>
      <ActionIcon
        variant="subtle"
        {...(!isPinned && { color: 'gray' })}
        size={28}
        aria-label={`${isPinned ? 'Unpin' : 'Pin'} ${label}`}
        aria-pressed={isPinned}
        loading={pin.isPending}
        onClick={() => pin.mutate({ id, isPinned: !isPinned })}
      >
        <Pin size={16} aria-hidden fill={isPinned ? 'currentColor' : 'none'} />
      </ActionIcon>
    </Tooltip>
  );
}
