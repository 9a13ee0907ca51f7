import { Group, Stack } from '@mantine/core';
import { paths } from '#console/paths.ts';
import { TextLink } from '#console/shell/TextLink.tsx';
import { Facts } from '#console/ui/Facts.tsx';
import { Notice } from '#console/ui/Notice.tsx';
import { RelativeTime } from '#console/ui/RelativeTime.tsx';
import type { Connection } from '#contract/sso.ts';
import { ConnectionStatus, kindNames, listWords } from './connection-words.tsx';
import { nextStep } from './next-step.ts';

/** Whether it works, for whom, and what is left to do. */
export function ConnectionSummary({ connection }: { connection: Connection }) {
  const { id, kind, status, domains, lastUsedAt, lastTest } = connection;
  const next = nextStep(connection);
  return (
    <Stack gap="sm">
      {next && (
        <Notice tone="info" title="Next">
          <p>
            {next.sentence}{' '}
            {next.tab === 'people' && (
              <TextLink to={paths.connection} params={{ id }} search={(old: object) => ({ ...old, tab: next.tab })}>
                People and groups
              </TextLink>
            )}
          </p>
        </Notice>
      )}
      <Facts
        items={[
          [
            'Status',
            <Group key="status" gap={8}>
              <ConnectionStatus status={status} />
              {kindNames[kind]}
            </Group>,
          ],
          ['Domains', domains.length > 0 ? listWords(domains) : 'none: nobody reaches it from the sign-in page'],
          [
            'Last test',
            lastTest ? (
              <span key="test">
                {lastTest.outcome === 'works' ? 'worked' : 'refused'}, <RelativeTime at={lastTest.at} />, by{' '}
                {lastTest.by}
              </span>
            ) : (
              'never'
            ),
          ],
          ['Last used', lastUsedAt ? <RelativeTime key="used" at={lastUsedAt} /> : 'never'],
        ]}
      />
    </Stack>
  );
}
