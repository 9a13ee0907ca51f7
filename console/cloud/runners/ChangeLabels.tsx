import { Button, Group, Stack } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import { api } from '#console/api.ts';
import { FailureNotice } from '#console/shell/FailureNotice.tsx';
import { showDone } from '#console/shell/show-result.ts';
import { Dialog } from '#console/ui/Dialog.tsx';
import type { Runner } from '#contract/runners.ts';
import { LabelsInput } from './LabelsInput.tsx';

export function ChangeLabels({ runner, onClose }: { runner: Runner; onClose: () => void }) {
  const [labels, setLabels] = useState(runner.labels);
  const change = useMutation(
    api.runners.setLabels.mutationOptions({
      onSuccess: () => {
        showDone(`The labels of ${runner.name} are changed.`);
        onClose();
      },
    }),
  );
  return (
    <Dialog opened onClose={onClose} title={`Labels of ${runner.name}`}>
      <Stack gap="md">
        {change.error && <FailureNotice what="The labels were not changed" error={change.error} />}
        <LabelsInput
          value={labels}
          known={runner.labels}
          description="An environment that asks for labels runs only on runners that have all of them. Counts from the next task on."
          onChange={setLabels}
        />
        <Group justify="flex-end" gap={8}>
          <Button variant="default" onClick={onClose}>
            Cancel
          </Button>
          <Button loading={change.isPending} onClick={() => change.mutate({ id: runner.id, labels })}>
            Change labels
          </Button>
        </Group>
      </Stack>
    </Dialog>
  );
}
