import { Stack, Text } from '@mantine/core';
import { Facts } from '#console/ui/Facts.tsx';
import { Notice } from '#console/ui/Notice.tsx';
import { RelativeTime } from '#console/ui/RelativeTime.tsx';
import { ScrollRegion } from '#console/ui/ScrollRegion.tsx';
import type { TestResult } from '#contract/sso.ts';
import { listWords } from './connection-words.tsx';
import { GroupName } from './GroupName.tsx';
import classes from './Sso.module.css';

const inWords: Record<NonNullable<TestResult['mapped']>['outcome'], string> = {
  'existing-member': 'Would sign in as an existing member',
  'would-join': 'Would become a member',
  refused: 'Would be refused',
};

const asText = (value: unknown): string => (typeof value === 'string' ? value : JSON.stringify(value, null, 2));

/** What the provider said, and what would have become of it. */
export function TestOutcome({ result: { outcome, reason, mapped, claims, at, by } }: { result: TestResult }) {
  const received = Object.entries(claims);
  return (
    <Stack gap="md">
      <Notice
        tone={outcome === 'works' ? 'ok' : 'bad'}
        title={outcome === 'works' ? 'The test worked' : 'The test was refused'}
      >
        {reason && <p>{reason}</p>}
        {mapped && (
          <p>
            {inWords[mapped.outcome]}: {mapped.because}
          </p>
        )}
        <p>
          <RelativeTime at={at} />, by {by}.
        </p>
      </Notice>
      {mapped && (
        <Facts
          items={[
            ['E-mail', mapped.email ?? 'not sent'],
            ['Name', mapped.name ?? 'not sent'],
            ['Groups it sent', mapped.groups.length > 0 ? listWords(mapped.groups) : 'none'],
            [
              'Groups here',
              mapped.groupIds.length > 0 ? mapped.groupIds.map((id) => <GroupName key={id} id={id} />) : 'none',
            ],
          ]}
        />
      )}
      {received.length > 0 && (
        <details>
          <summary>
            <Text span fw={600}>
              Everything received ({received.length})
            </Text>
          </summary>
          <ScrollRegion label="Claims received" className={classes.claims}>
            <Facts
              items={received.map(([name, value]) => [
                name,
                <code key={name} className={classes.claimValue}>
                  {asText(value)}
                </code>,
              ])}
            />
          </ScrollRegion>
        </details>
      )}
    </Stack>
  );
}
