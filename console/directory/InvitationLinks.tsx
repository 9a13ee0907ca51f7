import { Button, Group, Stack, Text } from '@mantine/core';
import type { z } from 'zod';
import { CopyField } from '#console/ui/CopyField.tsx';
import { Dialog } from '#console/ui/Dialog.tsx';
import { countOf } from '#console/ui/figures.ts';
import { RelativeTime } from '#console/ui/RelativeTime.tsx';
import type { Invitation } from '#contract/directory.ts';

interface InvitationLinksProps {
  invitations: z.infer<typeof Invitation>[];
  onClose: () => void;
}

/** The links are shown here and nowhere else; a lost one is replaced on the member's page. */
export function InvitationLinks({ invitations, onClose }: InvitationLinksProps) {
  const first = invitations[0];
  const mailed = invitations.filter((invitation) => invitation.mailed).length;
  return (
    <Dialog
      opened
      onClose={onClose}
      title={`${countOf(invitations.length, 'person is', 'people are')} invited`}
      size="lg"
      closeOnClickOutside={false}
    >
      <Stack gap="md">
        <Text>
          Pass each link on to its person only. It works once
          {first && (
            <>
              {' '}
              and ends <RelativeTime at={first.expiresAt} />
            </>
          )}
          . {mailed > 0 && `${countOf(mailed, 'link was', 'links were')} also sent by mail.`}
        </Text>
        {invitations.map(({ memberId, email, link }) => (
          <CopyField key={memberId} label={email} value={link} />
        ))}
        <Group justify="flex-end">
          <Button onClick={onClose}>Done</Button>
        </Group>
      </Stack>
    </Dialog>
  );
}
