import { Stack, Text } from '@mantine/core';
import { paths } from '#console/paths.ts';
import { PlainPage } from '#console/shell/PlainPage.tsx';
import { TextLink } from '#console/shell/TextLink.tsx';
import { CommandBlock } from '#console/ui/CommandBlock.tsx';

/** For people who only got an address: needs no sign-in. */
export function JoinPage() {
  const script = `${location.origin}/join.sh`;
  return (
    <PlainPage
      isWide
      title="Connect this machine to Reeve"
      description="A few commands in a terminal make the Codex client on this machine use your organisation's Reeve."
    >
      <Stack gap="lg">
        <CommandBlock label="1. Fetch the script" text={`curl -fsSk ${script} -o join.sh`} />
        <CommandBlock label="2. See what it would change" text="sh join.sh --dry-run" />
        <CommandBlock label="3. Set this machine up for yourself" text="sh join.sh" />
        <Text>
          It can be run again at any time, and <code>sh join.sh --undo</code> restores what was there before. The first
          fetch cannot check the certificate yet (<code>-k</code>): compare the fingerprint the script shows with the
          one under <TextLink to={paths.connect}>Connect a client</TextLink>, which also has the commands for other
          systems, CI and whole fleets.
        </Text>
      </Stack>
    </PlainPage>
  );
}
