import { Button, Group, Stack, Text } from '@mantine/core';
import type { ReactNode } from 'react';
import { CopyField } from '#console/ui/CopyField.tsx';
import { Dialog } from '#console/ui/Dialog.tsx';
import { Notice } from '#console/ui/Notice.tsx';

export function SecretOnce({
  title,
  secret,
  children,
  onClose,
}: {
  title: string;
  secret: string;
  children?: ReactNode;
  onClose: () => void;
}) {
  return (
    <Dialog opened onClose={onClose} title={title} size="lg" closeOnClickOutside={false} closeOnEscape={false}>
      <Stack gap="md">
        <Notice tone="warn">
          <p>Copy it now: it is shown only here and only once.</p>
        </Notice>
        <CopyField label="Signing secret" value={secret} />
        <Text size="sm" c="dimmed">
          The receiver checks the header <code>webhook-signature</code> with it, as Standard Webhooks says. {children}
        </Text>
        <Group justify="flex-end">
          <Button onClick={onClose}>I have copied it</Button>
        </Group>
      </Stack>
    </Dialog>
  );
}
