import { Button, NumberInput, Group as Row, Stack } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import { api } from '#console/api.ts';
import { GroupPicker } from '#console/directory/GroupPicker.tsx';
import { FailureNotice } from '#console/shell/FailureNotice.tsx';
import { showDone } from '#console/shell/show-result.ts';
import { Dialog } from '#console/ui/Dialog.tsx';
import type { GroupLimit } from '#contract/group-limits.ts';

interface GroupLimitDialogProps {
  /** Null: of a group that is chosen here. */
  limit: GroupLimit | null;
  onClose: () => void;
}

export function GroupLimitDialog({ limit, onClose }: GroupLimitDialogProps) {
  const [groupId, setGroupId] = useState(limit?.groupId);
  const [count, setCount] = useState<number | null>(limit?.runningAtOnce ?? 4);
  const set = useMutation(
    api.groupLimits.set.mutationOptions({
      onSuccess: ({ runningAtOnce }) => {
        showDone(runningAtOnce === null ? 'The limit was taken away.' : 'The limit was saved.');
        onClose();
      },
    }),
  );
  const isComplete = groupId !== undefined && count !== null;
  return (
    <Dialog opened onClose={onClose} title={limit ? `Limit of ${limit.groupName}` : 'Limit a group'}>
      <Stack gap="md">
        {set.error && <FailureNotice what="The limit was not saved" error={set.error} />}
        {!limit && <GroupPicker label="Group" placeholder="Group" value={groupId} onChange={setGroupId} isWide />}
        <NumberInput
          label="Hosted attempts at once"
          description="Of all its members together; more wait. What runs now goes on."
          min={1}
          max={10_000}
          clampBehavior="strict"
          allowDecimal={false}
          value={count ?? ''}
          onChange={(value) => setCount(typeof value === 'number' ? value : null)}
        />
        <Row justify="flex-end" gap={8}>
          {limit && (
            <Button
              variant="outline"
              color="red"
              loading={set.isPending}
              onClick={() => set.mutate({ groupId: limit.groupId, runningAtOnce: null })}
            >
              Take the limit away
            </Button>
          )}
          <Button variant="default" onClick={onClose}>
            Cancel
          </Button>
          <Button
            disabled={!isComplete}
            loading={set.isPending}
            onClick={() => isComplete && set.mutate({ groupId, runningAtOnce: count })}
          >
            Save
          </Button>
        </Row>
      </Stack>
    </Dialog>
  );
}
