import { Button, Stack, Text, TextInput } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useNavigate, useSearch } from '@tanstack/react-router';
import { type FormEvent, useState } from 'react';
import { api } from '#console/api.ts';
import { paths } from '#console/paths.ts';
import { FailureNotice } from '#console/shell/FailureNotice.tsx';
import { PlainPage } from '#console/shell/PlainPage.tsx';
import { RowSkeletons } from '#console/ui/Skeletons.tsx';
import { DeviceDecision } from './DeviceDecision.tsx';
import classes from './DevicePage.module.css';
import { normaliseUserCode } from './user-code.ts';

/** The address a Codex client prints for device code sign-in. */
export function DevicePage() {
  const { user_code: userCode } = useSearch({ from: '/focused/codex/device' });
  const navigate = useNavigate();
  const show = (code: string | undefined) =>
    navigate({ to: paths.device, search: code === undefined ? {} : { user_code: code } });
  return userCode ? <CodeFound userCode={userCode} onOther={() => show(undefined)} /> : <CodeEntry onCode={show} />;
}

function CodeEntry({ onCode }: { onCode: (code: string) => void }) {
  const [typed, setTyped] = useState('');
  const [error, setError] = useState<string | null>(null);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    const code = normaliseUserCode(typed);
    if (code === '') setError('Write the code your terminal shows.');
    else onCode(code);
  };
  return (
    <PlainPage
      title="Sign in a Codex client"
      description="Write the code your terminal shows after you ran the sign-in command."
    >
      <form onSubmit={submit}>
        <Stack gap="md">
          <TextInput
            label="Code"
            placeholder="ABCD-EFGH"
            value={typed}
            onChange={(event) => setTyped(event.currentTarget.value)}
            error={error}
            size="lg"
            classNames={{ input: classes.code ?? '' }}
            autoFocus
            autoComplete="one-time-code"
            autoCapitalize="characters"
            spellCheck={false}
            maxLength={20}
          />
          <Button type="submit" fullWidth>
            Continue
          </Button>
        </Stack>
      </form>
      <Text size="sm" c="dimmed" mt="lg">
        Only use a code from a terminal in front of you. Somebody who sends you a code wants to work in your name.
      </Text>
    </PlainPage>
  );
}

function CodeFound({ userCode, onOther }: { userCode: string; onOther: () => void }) {
  const request = useQuery(api.identity.deviceRequest.queryOptions({ input: { userCode }, retry: false }));
  if (request.isPending) {
    return (
      <PlainPage title="Sign in a Codex client">
        <RowSkeletons rows={4} />
      </PlainPage>
    );
  }
  if (request.error) {
    return (
      <PlainPage title="Sign in a Codex client">
        <Stack gap="md">
          <FailureNotice what={`The code ${userCode} cannot be used`} error={request.error} />
          <Button variant="default" onClick={onOther}>
            Enter another code
          </Button>
        </Stack>
      </PlainPage>
    );
  }
  return <DeviceDecision request={request.data} onOther={onOther} />;
}
