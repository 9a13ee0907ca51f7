import { PasswordInput, type PasswordInputProps } from '@mantine/core';

export const minimumPasswordLength = 12;

/** Says the rule before it is broken; the server checks it. */
export function NewPasswordInput({ label = 'Password', ...props }: PasswordInputProps) {
  return (
    <PasswordInput
      label={label}
      description="At least 12 characters. A few unrelated words are easier to remember than symbols."
      autoComplete="new-password"
      visibilityToggleButtonProps={{ tabIndex: 0, 'aria-label': 'Show or hide the password' }}
      {...props}
    />
  );
}

export const checkNewPassword = (password: string) =>
  password.length < minimumPasswordLength
    ? `Use at least ${minimumPasswordLength} characters; this has ${password.length}.`
    : null;
