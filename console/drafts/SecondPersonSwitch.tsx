import { Stack, Switch } from '@mantine/core';
import { useState } from 'react';
import { useCan } from '#console/session.ts';
import { FailureNotice } from '#console/shell/FailureNotice.tsx';
import { ConfirmDialog } from '#console/ui/ConfirmDialog.tsx';

interface SecondPersonSwitchProps {
  label: string;
  isOn: boolean;
  isBusy: boolean;
  error: Error | null;
  /** What follows, said before it is turned off and on. */
  whenOff: string;
  whenOn: string;
  /** Resolves when it is done. */
  onChange: (isOn: boolean) => Promise<unknown>;
}

/** Whether publishing takes somebody who wrote no part of the draft. */
export function SecondPersonSwitch({ label, isOn, isBusy, error, whenOff, whenOn, onChange }: SecondPersonSwitchProps) {
  const mayChange = useCan('settings.write');
  const [isConfirming, setConfirming] = useState(false);
  const confirm = () =>
    onChange(!isOn).then(
      () => setConfirming(false),
      // Said by `error`.
      () => undefined,
    );
  return (
    <>
      <Switch
        label={label}
        description={
          mayChange
            ? undefined
            : 'Whoever may change settings turns this on or off, so that nobody lifts their own rule.'
        }
        checked={isOn}
        disabled={!mayChange}
        onChange={() => setConfirming(true)}
      />
      <ConfirmDialog
        isOpen={isConfirming}
        title={isOn ? 'Let one person publish alone?' : 'Ask for a second person?'}
        confirmLabel={isOn ? 'Let one person publish' : 'Ask for a second person'}
        isBusy={isBusy}
        onClose={() => setConfirming(false)}
        onConfirm={confirm}
      >
        <Stack gap="md">
          {error && <FailureNotice what="Nothing was changed" error={error} />}
          <p>{isOn ? whenOff : whenOn}</p>
        </Stack>
      </ConfirmDialog>
    </>
  );
}
