import { Button, Group, Stack, Text } from '@mantine/core';
import { useSession } from '#console/session.ts';
import { CommandBlock } from '#console/ui/CommandBlock.tsx';
import { CopyField } from '#console/ui/CopyField.tsx';
import { Dialog } from '#console/ui/Dialog.tsx';
import { Notice } from '#console/ui/Notice.tsx';
import { RelativeTime } from '#console/ui/RelativeTime.tsx';
import { scopeFacts } from '#contract/key-scopes.ts';
import type { WorkspaceKey } from '#contract/keys.ts';
import { workspaceUuid } from '#contract/workspace-uuid.ts';
import { curlExample } from './curl-example.ts';

interface KeyOnceProps {
  made: { key: WorkspaceKey; secret: string };
  title: string;
  onClose: () => void;
}

export function KeyOnce({ made: { key, secret }, title, onClose }: KeyOnceProps) {
  const workspaceId = useSession().workspace.id;
  const example = curlExample({ origin: location.origin, workspaceId }, key.scopes);
  const former = key.secrets.find(({ endsAt }) => endsAt !== null);
  return (
    <Dialog opened onClose={onClose} title={title} size="lg" closeOnClickOutside={false} closeOnEscape={false}>
      <Stack gap="md">
        <Notice tone="warn">
          <p>Copy it now: it is shown only here and only once.</p>
        </Notice>
        <CopyField label="API key" value={secret} />
        {former?.endsAt && (
          <Text>
            The former secret <code>{former.hint}…</code> stops working <RelativeTime at={former.endsAt} />.
          </Text>
        )}
        {key.scopes.some((scope) => scopeFacts(scope).asksForWorkspaceId) && (
          <CopyField label="Workspace id, as the program asks for it" value={workspaceUuid(workspaceId)} />
        )}
        {example && <CommandBlock label="Try it, with the key in REEVE_KEY" text={example} />}
        <Text size="sm" c="dimmed">
          Keep it in a secret store. It ends <RelativeTime at={key.expiresAt} />.
        </Text>
        <Group justify="flex-end">
          <Button onClick={onClose}>I have copied it</Button>
        </Group>
      </Stack>
    </Dialog>
  );
}
