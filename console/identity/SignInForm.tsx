import { Button, PasswordInput, Stack, TextInput } from '@mantine/core';
import { isEmail, isNotEmpty, useForm } from '@mantine/form';
import { useMutation } from '@tanstack/react-query';
import { api } from '#console/api.ts';
import { FailureNotice } from '#console/shell/FailureNotice.tsx';

interface SignInFormProps {
  /** Set when the same person signs in again. */
  email?: string;
  onSignedIn: () => void | Promise<void>;
}

export function SignInForm({ email = '', onSignedIn }: SignInFormProps) {
  const form = useForm({
    initialValues: { email, password: '' },
    validate: {
      email: isEmail('Write an e-mail address, for example maya@example.com.'),
      password: isNotEmpty('Write your password.'),
    },
  });
  const signIn = useMutation(
    api.identity.signIn.mutationOptions({
      meta: { leavesPage: true },
      onSuccess: onSignedIn,
      onError: () => form.setFieldValue('password', ''),
    }),
  );
  return (
    <form onSubmit={form.onSubmit((values) => signIn.mutate(values))} noValidate>
      <Stack gap="md">
        {signIn.error && <FailureNotice what="You are not signed in" error={signIn.error} />}
        <TextInput
          label="E-mail"
          type="email"
          autoComplete="username"
          readOnly={email !== ''}
          {...form.getInputProps('email')}
          {...(email === '' && { 'data-autofocus': true, autoFocus: true })}
        />
        <PasswordInput
          label="Password"
          autoComplete="current-password"
          visibilityToggleButtonProps={{ tabIndex: 0, 'aria-label': 'Show or hide the password' }}
          {...form.getInputProps('password')}
          {...(email !== '' && { 'data-autofocus': true })}
        />
        <Button type="submit" loading={signIn.isPending} fullWidth>
          Sign in
        </Button>
      </Stack>
    </form>
  );
}
