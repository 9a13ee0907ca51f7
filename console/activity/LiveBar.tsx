import { Group } from '@mantine/core';
import type { ComponentProps } from 'react';
import { LiveAge } from '#console/ui/LiveAge.tsx';

/** How fresh the list below is, at its upper right corner. */
export const LiveBar = (props: ComponentProps<typeof LiveAge>) => (
  <Group justify="flex-end" mb={8}>
    <LiveAge {...props} />
  </Group>
);
