import { Box, Button } from '@mantine/core';
import { Notice } from '#console/ui/Notice.tsx';
import { ChangeList } from './ChangeList.tsx';
import type { OrderChange } from './order-changes.ts';

interface OrderMovedOnProps {
  /** From what is saved now to what was made here. */
  changes: OrderChange[];
  onDiscard: () => void;
  onKeep: () => void;
}

export function OrderMovedOn({ changes, onDiscard, onKeep }: OrderMovedOnProps) {
  return (
    <Box mb="lg">
      <Notice
        tone="warn"
        title="Somebody saved the order meanwhile"
        actions={
          <>
            <Button size="xs" variant="default" onClick={onDiscard}>
              Discard my changes
            </Button>
            <Button size="xs" variant="default" onClick={onKeep}>
              Keep mine and replace theirs
            </Button>
          </>
        }
      >
        <p>What you have here differs from what is saved now:</p>
        <ChangeList changes={changes} />
      </Notice>
    </Box>
  );
}
