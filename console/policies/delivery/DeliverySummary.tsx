import { Table } from '@mantine/core';
import { paths } from '#console/paths.ts';
import { TextLink } from '#console/shell/TextLink.tsx';
import { formatCount } from '#console/ui/figures.ts';
import { ScrollRegion } from '#console/ui/ScrollRegion.tsx';
import { Section } from '#console/ui/Section.tsx';
import { StatusBadge, type Tone } from '#console/ui/StatusBadge.tsx';
import classes from './Delivery.module.css';
import { type DeliveryFigures, shareOf } from './delivery-summary.ts';

interface StateFigure {
  tone: Tone;
  word: string;
  members: number;
  why: string;
}

const statesOf = ({ current, behind, never }: DeliveryFigures): StateFigure[] => [
  { tone: 'ok', word: 'Current', members: current, why: 'Their newest fetch is what applies to them now.' },
  {
    tone: 'warn',
    word: 'Behind',
    members: behind,
    why: 'They fetched, but something else applies by now. It arrives at the next start of their client after the cache of 60 minutes has run out.',
  },
  {
    tone: 'off',
    word: 'Never',
    members: never,
    why: 'No client of theirs has fetched a policy: not connected, not started since, or signed in with an API key.',
  },
];

/** The answer: current, behind, never. */
export function DeliverySummary({ summary }: { summary: DeliveryFigures }) {
  const { activeMembers, versions, policies } = summary;
  return (
    <>
      <dl className={classes.states}>
        {statesOf(summary).map(({ tone, word, members, why }) => (
          <div key={word} className={classes.state}>
            <dt>
              <StatusBadge tone={tone}>{word}</StatusBadge>
            </dt>
            <dd className={classes.figure}>
              {formatCount(members)} <span className={classes.share}>{shareOf(members, activeMembers)}</span>
            </dd>
            <dd className={classes.why}>{why}</dd>
          </div>
        ))}
      </dl>
      <p className={classes.total}>of {formatCount(activeMembers)} active members</p>
      <div className={classes.breakdowns}>
        <div>
          <Section title="By policy">
            <ScrollRegion label="Reached members by policy" className={classes.breakdown}>
              <Table aria-label="Reached members by policy">
                <Table.Thead>
                  <Table.Tr>
                    <Table.Th>Policy</Table.Th>
                    <Table.Th ta="end">Reached</Table.Th>
                    <Table.Th ta="end">Members</Table.Th>
                  </Table.Tr>
                </Table.Thead>
                <Table.Tbody>
                  {policies.map(({ policy, members, reached }) => (
                    <Table.Tr key={policy?.id ?? 'none'}>
                      <Table.Td>
                        {policy ? (
                          <>
                            <TextLink to={paths.policy} params={{ id: policy.id }} underline="hover" inherit>
                              {policy.name}
                            </TextLink>
                            , version {policy.revision}
                          </>
                        ) : (
                          'No policy'
                        )}
                      </Table.Td>
                      <Table.Td ta="end">
                        {formatCount(reached)} ({shareOf(reached, members)})
                      </Table.Td>
                      <Table.Td ta="end">{formatCount(members)}</Table.Td>
                    </Table.Tr>
                  ))}
                </Table.Tbody>
              </Table>
            </ScrollRegion>
          </Section>
        </div>
        <div>
          <Section title="By client version">
            <ScrollRegion label="Members by client version" className={classes.breakdown}>
              <Table aria-label="Members by client version">
                <Table.Thead>
                  <Table.Tr>
                    <Table.Th>Codex</Table.Th>
                    <Table.Th ta="end">Members</Table.Th>
                  </Table.Tr>
                </Table.Thead>
                <Table.Tbody>
                  {versions.map(({ clientVersion, members }) => (
                    <Table.Tr key={clientVersion ?? 'unknown'}>
                      <Table.Td>{clientVersion ?? 'version not told'}</Table.Td>
                      <Table.Td ta="end">{formatCount(members)}</Table.Td>
                    </Table.Tr>
                  ))}
                </Table.Tbody>
              </Table>
            </ScrollRegion>
          </Section>
        </div>
      </div>
    </>
  );
}
