import { Button, PasswordInput, Stack } from '@mantine/core';
import { isNotEmpty, useForm } from '@mantine/form';
import { useMutation } from '@tanstack/react-query';
import { api } from '#console/api.ts';
import { FailureNotice } from '#console/shell/FailureNotice.tsx';
import type { SecondFactorMethod } from '#contract/second-factor.ts';
import { KnownEmail } from './KnownEmail.tsx';

interface PasswordStepProps {
  email: string;
  onOther?: (() => void) | undefined;
  onSignedIn: () => void | Promise<void>;
  /** The password is right, and this account wants more. */
  onSecondFactor: (methods: readonly SecondFactorMethod[]) => void;
}

export function PasswordStep({ email, onOther, onSignedIn, onSecondFactor }: PasswordStepProps) {
  const form = useForm({
    initialValues: { password: '' },
    validate: { password: isNotEmpty('Write your password.') },
  });
  const signIn = useMutation(
    api.identity.signIn.mutationOptions({
      meta: { leavesPage: true },
      onSuccess: (answer) => (answer.state === 'signed-in' ? onSignedIn() : onSecondFactor(answer.methods)),
      onError: () => form.setFieldValue('password', ''),
    }),
  );
  return (
    <form onSubmit={form.onSubmit(({ password }) => signIn.mutate({ email, password }))} noValidate>
      <Stack gap="md">
        {signIn.error && <FailureNotice what="You are not signed in" error={signIn.error} />}
        <KnownEmail email={email} onOther={onOther} />
        <PasswordInput
          label="Password"
          name="password"
          autoComplete="current-password"
          visibilityToggleButtonProps={{ tabIndex: 0, 'aria-label': 'Show or hide the password' }}
          {...form.getInputProps('password')}
          data-autofocus
          autoFocus
        />
        <Button type="submit" loading={signIn.isPending} fullWidth>
          Sign in
        </Button>
      </Stack>
    </form>
  );
}
