import { Button, Stack, TextInput } from '@mantine/core';
import { isEmail, useForm } from '@mantine/form';
import { FailureNotice } from '#console/shell/FailureNotice.tsx';

interface EmailStepProps {
  email: string;
  isFixed: boolean;
  isBusy: boolean;
  error: Error | null;
  onEmail: (email: string) => void;
  /** The way on when the server could not say how this address signs in. */
  onPassword: () => void;
}

export function EmailStep({ email, isFixed, isBusy, error, onEmail, onPassword }: EmailStepProps) {
  const form = useForm({
    initialValues: { email },
    validate: { email: isEmail('Write an e-mail address, for example maya@example.com.') },
  });
  return (
    <form onSubmit={form.onSubmit((values) => onEmail(values.email.trim()))} noValidate>
      <Stack gap="md">
        {error && <FailureNotice what="How you sign in could not be found out" error={error} />}
        <TextInput
          label="E-mail"
          type="email"
          name="username"
          autoComplete="username webauthn"
          readOnly={isFixed}
          {...form.getInputProps('email')}
          data-autofocus
          autoFocus={!isFixed}
        />
        <Button type="submit" loading={isBusy} fullWidth>
          Continue
        </Button>
        {error && (
          <Button variant="default" fullWidth onClick={onPassword}>
            Use a password
          </Button>
        )}
      </Stack>
    </form>
  );
}
