import { Button, Group, Stack } from '@mantine/core';
import { useClipboard } from '@mantine/hooks';
import { Check, Copy, Download, Printer } from 'lucide-react';
import { useSession } from '#console/session.ts';
import { Notice } from '#console/ui/Notice.tsx';
import { saveFile } from '#console/ui/save-file.ts';
import classes from './SecondFactor.module.css';

/** Shown once. */
export function RecoveryCodes({ codes }: { codes: readonly string[] }) {
  const { member, workspace } = useSession();
  const clipboard = useClipboard({ timeout: 2000 });
  const text = [`Recovery codes of ${member.email} for Reeve (${workspace.name})`, '', ...codes, ''].join('\n');
  return (
    <Stack gap="md">
      <Notice tone="warn" title="Keep these recovery codes now">
        <p>They are shown only here and only once. Each signs you in once when you have lost everything else.</p>
      </Notice>
      <ul className={classes.codes} aria-label="Recovery codes">
        {codes.map((code) => (
          <li key={code}>{code}</li>
        ))}
      </ul>
      <Group gap={8}>
        <Button
          variant="default"
          leftSection={clipboard.copied ? <Check size={16} aria-hidden /> : <Copy size={16} aria-hidden />}
          onClick={() => clipboard.copy(text)}
        >
          {clipboard.copied ? 'Copied' : 'Copy'}
        </Button>
        <Button
          variant="default"
          leftSection={<Download size={16} aria-hidden />}
          onClick={() => saveFile('reeve-recovery-codes.txt', text)}
        >
          Download
        </Button>
        <Button variant="default" leftSection={<Printer size={16} aria-hidden />} onClick={() => window.print()}>
          Print
        </Button>
      </Group>
    </Stack>
  );
}
