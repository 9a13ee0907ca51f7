import { Button, Group, Progress, Stack, Text } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { Download, Mail } from 'lucide-react';
import { useState } from 'react';
import type { z } from 'zod';
import { client } from '#console/api.ts';
import { paths } from '#console/paths.ts';
import { FailureNotice } from '#console/shell/FailureNotice.tsx';
import { Page } from '#console/shell/Page.tsx';
import { countOf } from '#console/ui/figures.ts';
import { Notice } from '#console/ui/Notice.tsx';
import { saveFile } from '#console/ui/save-file.ts';
import type { Invitation } from '#contract/directory.ts';
import { invitationsAsCsv } from './invitations-as-csv.ts';

type Invitations = z.infer<typeof Invitation>[];

interface ImportResultProps {
  invitations: Invitations;
  newGroups: string[];
}

const mailsAtOnce = 20;

/** The links are here and nowhere else: the page says so until they are saved. */
export function ImportResult({ invitations, newGroups }: ImportResultProps) {
  const navigate = useNavigate();
  const [isSaved, setSaved] = useState(false);
  const [mailed, setMailed] = useState<string[]>([]);
  const [tried, setTried] = useState(0);
  const mail = useMutation({
    mutationFn: async () => {
      setTried(0);
      const open = invitations.filter(({ memberId }) => !mailed.includes(memberId));
      for (let from = 0; from < open.length; from += mailsAtOnce) {
        const links = open.slice(from, from + mailsAtOnce).map(({ memberId, link }) => ({ memberId, link }));
        const sent = await client.directory.imports.mail({ links });
        setMailed((before) => [...before, ...sent.mailed]);
        setTried(from + links.length);
      }
    },
  });
  const people = countOf(invitations.length, 'person is', 'people are');
  const missing = invitations.length - mailed.length;
  return (
    <Page title={`${people} invited`} above={[{ label: 'Members', to: paths.members }]}>
      <Stack gap="md" align="flex-start">
        <Notice tone={isSaved ? 'ok' : 'warn'} title={isSaved ? 'The links were saved' : 'Save the links now'}>
          <p>
            Each link works once and lets its person in, so keep the file safe. Reeve keeps no copy of them; a lost one
            is replaced on the member’s page.
          </p>
        </Notice>
        {newGroups.length > 0 && <Text>New groups: {newGroups.join(', ')}.</Text>}
        {mail.error && <FailureNotice what="The mails were not all sent" error={mail.error} />}
        {(mail.isPending || mail.isSuccess) && (
          <Stack gap={4} w="100%">
            <Progress value={(100 * tried) / invitations.length} aria-label="Mails sent" />
            <Text role="status" size="sm">
              {countOf(mailed.length, 'mail')} sent.
              {mail.isSuccess && missing > 0 && ` ${countOf(missing, 'mail')} could not be sent; pass those links on.`}
            </Text>
          </Stack>
        )}
        <Group gap={8}>
          <Button
            leftSection={<Download size={16} aria-hidden />}
            onClick={() => {
              saveFile('invitations.csv', invitationsAsCsv(invitations, mailed));
              setSaved(true);
            }}
          >
            Download the links (CSV)
          </Button>
          <Button
            variant="default"
            leftSection={<Mail size={16} aria-hidden />}
            loading={mail.isPending}
            disabled={missing === 0}
            onClick={() => mail.mutate()}
          >
            Send the links by mail
          </Button>
          <Button variant="default" onClick={() => void navigate({ to: paths.members, search: { status: 'invited' } })}>
            Show those invited
          </Button>
        </Group>
      </Stack>
    </Page>
  );
}
