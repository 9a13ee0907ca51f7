import { Group, SegmentedControl, Stack } from '@mantine/core';
import { useState } from 'react';
import { CommandBlock } from '#console/ui/CommandBlock.tsx';
import { Section } from '#console/ui/Section.tsx';
import type { BundleDetails } from '../bundle-details.ts';
import { BringButton } from '../pull-request/BringButton.tsx';
import classes from '../TeamConfig.module.css';
import { commandsFor, type Way } from './commands.ts';
import { KeyHint } from './KeyHint.tsx';

const ways: Record<Way, { label: string; sentence: string }> = {
  tar: {
    label: 'Tar',
    sentence: 'Writes the files of the newest version into the folder it is run in: the root of a repository.',
  },
  merge: {
    label: 'Merge',
    sentence: 'Merges the files into the root of a repository; git fetch and git merge bring the next version.',
  },
  clone: {
    label: 'Clone',
    sentence: 'One commit and one tag, v1, v2 and so on, for each version; the branch main is the newest.',
  },
  subtree: {
    label: 'Subtree',
    sentence: 'Takes the files into a folder of their own. Clients read them there when they work in that folder.',
  },
  submodule: {
    label: 'Submodule',
    sentence:
      'Points to one version from a folder of its own, which is a project of its own: clients do not read it from the root of the repository, and reports do not list it under Repositories. Whoever clones the repository needs a key as well.',
  },
};

const isWay = (value: string): value is Way => Object.hasOwn(ways, value);

/** How to get the newest version, in commands to copy. */
export function GetIt({ details }: { details: BundleDetails }) {
  const { bundle, tarUrl, gitUrl } = details;
  const [way, setWay] = useState<Way>('tar');
  return (
    <Section title="How to get it" description={bundle.newest ? ways[way].sentence : undefined}>
      {bundle.newest ? (
        <Stack gap="md" maw={960}>
          <Group gap={8}>
            <SegmentedControl
              aria-label="How to get it"
              value={way}
              onChange={(value) => isWay(value) && setWay(value)}
              data={Object.entries(ways).map(([value, { label }]) => ({ value, label }))}
            />
            <BringButton details={details} />
          </Group>
          <CommandBlock
            label={way === 'tar' ? 'With curl' : `With git ${way}`}
            text={commandsFor({ slug: bundle.slug, tarUrl, gitUrl })[way]}
          />
          <KeyHint />
          {way !== 'tar' && (
            <p className={classes.quiet}>
              A version that a group is fixed to counts for the tar without a version and for Connect a client. By git,
              main is always the newest version: take the tag of the one you want, for example <code>v1</code>.
            </p>
          )}
        </Stack>
      ) : (
        <p className={classes.quiet}>Nothing to get before the first version is published.</p>
      )}
    </Section>
  );
}
