import { Button, Checkbox, Group, Progress, Stack, Text } from '@mantine/core';
import { useState } from 'react';
import { FailureNotice } from '#console/shell/FailureNotice.tsx';
import { ConfirmDialog } from '#console/ui/ConfirmDialog.tsx';
import { countOf } from '#console/ui/figures.ts';
import type { ImportPreview } from '#contract/directory-imports.ts';

interface RunImportProps {
  preview: ImportPreview;
  isBusy: boolean;
  error: Error | null;
  onRun: (skipProblems: boolean) => void;
}

export function RunImport({ preview, isBusy, error, onRun }: RunImportProps) {
  const { invited, lines, newGroups } = preview;
  const refused = lines.length - invited;
  const [skips, setSkips] = useState(false);
  const [isAsked, setAsked] = useState(false);
  const people = countOf(invited, 'person', 'people');
  if (invited === 0) return <Text c="dimmed">Nobody in this list can be invited. Correct it, then look again.</Text>;
  return (
    <Stack gap="md" mt="lg">
      {refused > 0 && (
        <Checkbox
          label={`Leave out the ${countOf(refused, 'line')} that cannot be used`}
          checked={skips}
          onChange={(event) => setSkips(event.currentTarget.checked)}
        />
      )}
      <Group>
        <Button disabled={refused > 0 && !skips} onClick={() => setAsked(true)}>
          Invite {people}
        </Button>
      </Group>
      <ConfirmDialog
        isOpen={isAsked}
        title={`Invite ${people}?`}
        confirmLabel={`Invite ${people}`}
        isBusy={isBusy}
        onClose={() => setAsked(false)}
        onConfirm={() => onRun(skips)}
      >
        {error && <FailureNotice what="Nobody was invited" error={error} />}
        <Text>
          Each gets a link that works once, for seven days. You see the links afterwards, and only then.
          {newGroups.length > 0 && ` ${countOf(newGroups.length, 'group')} will be created.`} Either all of them are
          invited or nobody is.
        </Text>
        {isBusy && (
          <Progress.Root aria-label={`${people} are being invited`}>
            <Progress.Section value={100} animated striped />
          </Progress.Root>
        )}
      </ConfirmDialog>
    </Stack>
  );
}
