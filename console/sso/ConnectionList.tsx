import { Entry, EntryList } from '#console/identity/EntryList.tsx';
import { paths } from '#console/paths.ts';
import { TextLink } from '#console/shell/TextLink.tsx';
import { RelativeTime } from '#console/ui/RelativeTime.tsx';
import type { Connection } from '#contract/sso.ts';
import { ConnectionStatus, kindNames, listWords } from './connection-words.tsx';
import { nextStep } from './next-step.ts';

export function ConnectionList({ connections }: { connections: Connection[] }) {
  return (
    <EntryList label="Connections">
      {connections.map((connection) => (
        <ConnectionEntry key={connection.id} connection={connection} />
      ))}
    </EntryList>
  );
}

function ConnectionEntry({ connection }: { connection: Connection }) {
  const { id, name, kind, status, domains, lastTest, lastUsedAt } = connection;
  const next = status === 'enabled' ? null : nextStep(connection);
  return (
    <Entry
      title={
        <TextLink to={paths.connection} params={{ id }} underline="hover" inherit>
          {name}
        </TextLink>
      }
      badge={<ConnectionStatus status={status} />}
      facts={[
        kindNames[kind],
        domains.length > 0 ? listWords(domains) : 'no domain',
        lastUsedAt ? (
          <span key="used">
            last used <RelativeTime at={lastUsedAt} />
          </span>
        ) : (
          status === 'enabled' && 'never used'
        ),
        lastTest && (
          <span key="test">
            {lastTest.outcome === 'works' ? 'test worked' : 'test refused'} <RelativeTime at={lastTest.at} />
          </span>
        ),
        next && <strong key="next">Next: {next.sentence}</strong>,
      ]}
    />
  );
}
