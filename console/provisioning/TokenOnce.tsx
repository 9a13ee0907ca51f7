import { Button, Group, Stack, Text } from '@mantine/core';
import { CopyField } from '#console/ui/CopyField.tsx';
import { Dialog } from '#console/ui/Dialog.tsx';
import { Notice } from '#console/ui/Notice.tsx';

interface TokenOnceProps {
  title: string;
  secret: string;
  onClose: () => void;
}

export function TokenOnce({ title, secret, onClose }: TokenOnceProps) {
  return (
    <Dialog opened onClose={onClose} title={title} size="lg" closeOnClickOutside={false} closeOnEscape={false}>
      <Stack gap="md">
        <Notice tone="warn">
          <p>Copy it now: it is shown only here and only once.</p>
        </Notice>
        <CopyField label="Token" value={secret} />
        <Text size="sm" c="dimmed">
          Paste it into the provisioning settings of the provider. Whoever has it can add and remove people here.
        </Text>
        <Group justify="flex-end">
          <Button onClick={onClose}>I have copied it</Button>
        </Group>
      </Stack>
    </Dialog>
  );
}
