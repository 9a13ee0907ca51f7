import { Stack } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { api } from '#console/api.ts';
import { paths } from '#console/paths.ts';
import { TextLink } from '#console/shell/TextLink.tsx';
import { unpackTar } from '#console/team-config/get-it/commands.ts';
import { CommandBlock } from '#console/ui/CommandBlock.tsx';
import { RelativeTime } from '#console/ui/RelativeTime.tsx';
import { Section } from '#console/ui/Section.tsx';
import classes from './Connect.module.css';

/** The bundles that the reader's groups subscribe to, with how to get them; nothing when there are none. */
export function BundlesOfGroups() {
  const mine = useQuery(api.teamConfig.mine.queryOptions());
  // A section that most people do not have is no reason to spoil the page when it cannot be loaded.
  if (!mine.data || mine.data.items.length === 0) return null;
  const { items, tarUrl } = mine.data;
  return (
    <Section
      title="Team Config of your groups"
      description="Settings, command rules and skills that your groups share. They count once they are in your repository."
    >
      <Stack gap="md">
        <ul className={classes.bundles} aria-label="Bundles of your groups">
          {items.map(({ bundle, version, because }) => (
            <li key={bundle.id} className={classes.bundle}>
              <strong>{bundle.name}</strong>, version {version.number}, published{' '}
              <RelativeTime at={version.publishedAt} />
              <span className={classes.because}>{because}</span>
              {bundle.description && <span className={classes.because}>{bundle.description}</span>}
            </li>
          ))}
        </ul>
        <CommandBlock label="Take them into this repository" text={unpackTar(tarUrl)} />
        <p>
          <code>REEVE_API_KEY</code> is an access token of your own.{' '}
          <TextLink to={paths.account} search={{ tab: 'tokens' }}>
            Make an access token
          </TextLink>
        </p>
      </Stack>
    </Section>
  );
}
