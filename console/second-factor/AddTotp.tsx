import { Button, Group, Stack, Text, TextInput } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { type FormEvent, useEffect, useState } from 'react';
import { api } from '#console/api.ts';
import { FailureNotice } from '#console/shell/FailureNotice.tsx';
import { CopyField } from '#console/ui/CopyField.tsx';
import { RowSkeletons } from '#console/ui/Skeletons.tsx';
import { QrCode } from './QrCode.tsx';
import classes from './SecondFactor.module.css';

interface AddTotpProps {
  onAdded: (recoveryCodes: string[]) => void;
  onCancel: () => void;
}

/** Scan, then prove with a code that it was scanned. */
export function AddTotp({ onAdded, onCancel }: AddTotpProps) {
  const [code, setCode] = useState('');
  const [error, setError] = useState<string | null>(null);
  const start = useMutation(api.secondFactor.startTotp.mutationOptions({ meta: { leavesPage: true } }));
  const confirm = useMutation(
    api.secondFactor.confirmTotp.mutationOptions({
      meta: { leavesPage: true },
      onSuccess: ({ recoveryCodes }) => onAdded(recoveryCodes),
    }),
  );
  const begin = start.mutate;
  useEffect(() => begin({}), [begin]);
  if (start.error)
    return <FailureNotice what="No app can be added now" error={start.error} onRetry={() => begin({})} />;
  if (!start.data) return <RowSkeletons rows={3} />;
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (!/^\s*\d{3}\s*\d{3}\s*$/.test(code)) return setError('Write the six digits your app shows now.');
    confirm.mutate({ code });
    setCode('');
  };
  return (
    <form onSubmit={submit} noValidate>
      <Stack gap="md">
        {confirm.error && <FailureNotice what="The app was not added" error={confirm.error} />}
        <div className={classes.scan}>
          <QrCode text={start.data.uri} label="QR code for your authenticator app" />
          <Stack gap="md" className={classes.scanWords ?? ''}>
            <Text>Scan the code with an authenticator app on your phone, or type the key there.</Text>
            <CopyField label="Key" value={start.data.secret} />
          </Stack>
        </div>
        <TextInput
          label="Code from the app"
          description="Six digits. It proves that the app has the key."
          placeholder="123456"
          inputMode="numeric"
          autoComplete="one-time-code"
          maxLength={9}
          maw={320}
          value={code}
          error={error}
          onChange={(event) => {
            setError(null);
            setCode(event.currentTarget.value);
          }}
        />
        <Group gap={8}>
          <Button type="submit" loading={confirm.isPending}>
            Add authenticator app
          </Button>
          <Button variant="default" onClick={onCancel}>
            Cancel
          </Button>
        </Group>
      </Stack>
    </form>
  );
}
