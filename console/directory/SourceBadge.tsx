import { Tooltip } from '@mantine/core';
import { StatusBadge } from '#console/ui/StatusBadge.tsx';
import type { Group } from '#contract/directory.ts';

/** Said where something cannot be changed by hand. */
export function SourceBadge({ source }: Pick<Group, 'source'>) {
  if (source !== 'scim') return null;
  return (
    <Tooltip label="Comes from your identity provider. Change it there.">
      <span>
        <StatusBadge tone="info">SCIM</StatusBadge>
      </span>
    </Tooltip>
  );
}
