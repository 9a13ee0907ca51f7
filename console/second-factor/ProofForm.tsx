import { Anchor, Button, Stack, TextInput } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { KeyRound } from 'lucide-react';
import { type FormEvent, useState } from 'react';
import type { SecondFactorMethod } from '#contract/second-factor.ts';
import type { Proof } from '#contract/second-factor-proof.ts';
import { ProofNotice } from './ProofNotice.tsx';
import { canUsePasskeys, showPasskey } from './webauthn.ts';

interface ProofFormProps {
  methods: readonly SecondFactorMethod[];
  /** On the button: what the proof is for. */
  action: string;
  /** Above the failure: what has not happened. */
  failed: string;
  passkeyOptions: () => Promise<Record<string, unknown>>;
  onProof: (proof: Proof) => Promise<unknown>;
}

const otherWays: Record<SecondFactorMethod, string> = {
  passkey: 'Use a passkey',
  totp: 'Use a code from your authenticator app',
  'recovery-code': 'Use a recovery code',
};

/** One way at a time, the most convenient first; the others are a click away. */
export function ProofForm({ methods, action, failed, passkeyOptions, onProof }: ProofFormProps) {
  const usable = methods.filter((method) => method !== 'passkey' || canUsePasskeys());
  const [chosen, setChosen] = useState<SecondFactorMethod | null>(null);
  const method = chosen ?? usable[0] ?? 'recovery-code';
  const prove = useMutation({ mutationFn: onProof, meta: { leavesPage: true } });
  const sign = useMutation({
    mutationFn: async () => onProof({ method: 'passkey', answer: await showPasskey(await passkeyOptions()) }),
    meta: { leavesPage: true },
  });
  const error = prove.error ?? sign.error;
  const choose = (other: SecondFactorMethod) => {
    prove.reset();
    sign.reset();
    setChosen(other);
  };
  return (
    <Stack gap="md">
      {error && <ProofNotice what={failed} error={error} />}
      {method === 'passkey' ? (
        <Button
          leftSection={<KeyRound size={16} aria-hidden />}
          loading={sign.isPending}
          onClick={() => sign.mutate()}
          fullWidth
          data-autofocus
          autoFocus
        >
          Use your passkey
        </Button>
      ) : (
        <CodeForm
          key={method}
          method={method}
          action={action}
          isBusy={prove.isPending}
          onCode={(code) => prove.mutate({ method, code })}
        />
      )}
      <Stack gap={6} align="flex-start">
        {usable
          .filter((other) => other !== method)
          .map((other) => (
            <Anchor key={other} component="button" type="button" size="sm" onClick={() => choose(other)}>
              {otherWays[other]}
            </Anchor>
          ))}
      </Stack>
    </Stack>
  );
}

interface CodeFormProps {
  method: 'totp' | 'recovery-code';
  action: string;
  isBusy: boolean;
  onCode: (code: string) => void;
}

const fields = {
  totp: {
    label: 'Code from your authenticator app',
    description: 'Six digits. They change every 30 seconds.',
    placeholder: '123456',
    inputMode: 'numeric',
    autoComplete: 'one-time-code',
    missing: 'Write the six digits your app shows now.',
  },
  'recovery-code': {
    label: 'Recovery code',
    description: 'One of those you kept. Each works once.',
    placeholder: 'ab12-cd34-ef56-gh78',
    inputMode: 'text',
    autoComplete: 'off',
    missing: 'Write one of your recovery codes.',
  },
} as const;

function CodeForm({ method, action, isBusy, onCode }: CodeFormProps) {
  const [code, setCode] = useState('');
  const [error, setError] = useState<string | null>(null);
  const { missing, ...field } = fields[method];
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (code.trim() === '') return setError(missing);
    onCode(code);
    setCode('');
  };
  return (
    <form onSubmit={submit} noValidate>
      <Stack gap="md">
        <TextInput
          {...field}
          value={code}
          error={error}
          spellCheck={false}
          autoCapitalize="none"
          maxLength={40}
          data-autofocus
          autoFocus
          onChange={(event) => {
            setError(null);
            setCode(event.currentTarget.value);
          }}
        />
        <Button type="submit" loading={isBusy} fullWidth>
          {action}
        </Button>
      </Stack>
    </form>
  );
}
