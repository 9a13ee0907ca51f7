import { Button, Group, TextInput } from '@mantine/core';

interface KnownEmailProps {
  email: string;
  /** Left out when only this person may go on. */
  onOther?: (() => void) | undefined;
}

/** The address stays a field: password managers look for the account there. */
export function KnownEmail({ email, onOther }: KnownEmailProps) {
  return (
    <Group gap={8} align="flex-end" wrap="nowrap">
      <TextInput
        label="E-mail"
        type="email"
        name="username"
        autoComplete="username"
        value={email}
        readOnly
        flex={1}
        tabIndex={-1}
      />
      {onOther && (
        <Button variant="default" aria-label="Use another e-mail address" onClick={onOther}>
          Change
        </Button>
      )}
    </Group>
  );
}
