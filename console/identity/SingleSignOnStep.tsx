import { Button, Stack, Text } from '@mantine/core';
import { Notice } from '#console/ui/Notice.tsx';
import { KnownEmail } from './KnownEmail.tsx';

interface SingleSignOnStepProps {
  email: string;
  /** Null: single sign-on is required, but nothing serves this domain. */
  connection: { id: string; name: string } | null;
  isPasswordOffered: boolean;
  onOther?: (() => void) | undefined;
  /** Left out where not even an owner kept for emergencies gets in this way. */
  onPassword: (() => void) | undefined;
  onContinue: (connectionId: string) => void;
}

export function SingleSignOnStep(props: SingleSignOnStepProps) {
  const { email, connection, isPasswordOffered, onOther, onPassword, onContinue } = props;
  return (
    <Stack gap="md">
      <KnownEmail email={email} onOther={onOther} />
      {connection ? (
        <Button fullWidth autoFocus data-autofocus onClick={() => onContinue(connection.id)}>
          Continue with {connection.name}
        </Button>
      ) : (
        <Notice tone="warn" title="No single sign-on for this domain">
          <p>
            This workspace signs people in through its identity provider, and {email.split('@')[1] ?? 'this domain'} is
            not set up there. Check the address, or ask a workspace owner to add the domain under Single sign-on.
          </p>
        </Notice>
      )}
      {onPassword &&
        (isPasswordOffered ? (
          <Button variant="default" fullWidth onClick={onPassword}>
            Use a password instead
          </Button>
        ) : (
          <Text size="sm" c="dimmed">
            Passwords are off here. A workspace owner kept for emergencies can still{' '}
            <Button variant="transparent" size="compact-sm" p={0} fw={400} td="underline" onClick={onPassword}>
              use a password
            </Button>
            .
          </Text>
        ))}
    </Stack>
  );
}
