import { Button, PasswordInput, Stack } from '@mantine/core';
import { isNotEmpty, useForm } from '@mantine/form';
import { useMutation } from '@tanstack/react-query';
import { api } from '#console/api.ts';
import { describeFailure, fieldErrors } from '#console/failure.ts';
import { useSession } from '#console/session.ts';
import { FailureNotice } from '#console/shell/FailureNotice.tsx';
import { showDone } from '#console/shell/show-result.ts';
import { Section } from '#console/ui/Section.tsx';
import { checkNewPassword, NewPasswordInput } from './NewPasswordInput.tsx';

export function ChangePassword() {
  const { member } = useSession();
  const form = useForm({
    initialValues: { currentPassword: '', newPassword: '' },
    validateInputOnBlur: true,
    validate: { currentPassword: isNotEmpty('Write your current password.'), newPassword: checkNewPassword },
  });
  const change = useMutation(
    api.identity.changePassword.mutationOptions({
      onSuccess: () => {
        form.reset();
        showDone('Your password was changed. Your other browsers are signed out.');
      },
      onError: (error) => form.setErrors(fieldErrors(describeFailure(error))),
    }),
  );
  return (
    <Section
      title="Change your password"
      description="Your other browsers are signed out; Codex clients stay signed in."
    >
      <form onSubmit={form.onSubmit((values) => change.mutate(values))} noValidate>
        <Stack gap="md" maw={420}>
          {change.error && <FailureNotice what="Your password was not changed" error={change.error} />}
          <input type="text" name="username" autoComplete="username" value={member.email} readOnly hidden />
          <PasswordInput
            label="Current password"
            autoComplete="current-password"
            visibilityToggleButtonProps={{ tabIndex: 0, 'aria-label': 'Show or hide the current password' }}
            {...form.getInputProps('currentPassword')}
          />
          <NewPasswordInput label="New password" {...form.getInputProps('newPassword')} />
          <div>
            <Button type="submit" loading={change.isPending}>
              Change password
            </Button>
          </div>
        </Stack>
      </form>
    </Section>
  );
}
