import { Box } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useParams } from '@tanstack/react-router';
import { api } from '#console/api.ts';
import { paths } from '#console/paths.ts';
import { useCan } from '#console/session.ts';
import { Loaded } from '#console/shell/Loaded.tsx';
import { Page } from '#console/shell/Page.tsx';
import { TextLink } from '#console/shell/TextLink.tsx';
import { Facts } from '#console/ui/Facts.tsx';
import { formatDuration } from '#console/ui/figures.ts';
import { Notice } from '#console/ui/Notice.tsx';
import { RelativeTime } from '#console/ui/RelativeTime.tsx';
import { Section } from '#console/ui/Section.tsx';
import { Sentence } from '#console/ui/Sentence.tsx';
import { StatusBadge } from '#console/ui/StatusBadge.tsx';
import type { ProofCell, ProofRun } from '#contract/proofs.ts';
import { AttemptList } from './AttemptList.tsx';
import { startedByWords, tookMs } from './ProofHistory.tsx';
import classes from './Proofs.module.css';
import { isUnfinished, sayCell, subjectLabel, verdictSentence } from './proof-words.ts';

/** One policy version with one client: every attempt, what was expected, what happened, and the evidence. */
export function ProofCellPage() {
  const { id } = useParams({ from: '/shell/verify/cells/$id' });
  const found = useQuery(
    api.proofs.cell.queryOptions({
      input: { id },
      refetchInterval: ({ state }) => (state.data && isUnfinished(state.data.cell) ? 2_000 : false),
    }),
  );
  const cell = found.data?.cell;
  return (
    <Page
      title={cell ? `${subjectLabel(cell)} with ${cell.clientVersion}` : 'Proof of a policy'}
      above={[
        { label: 'Verify', to: paths.verify },
        { label: 'Enforcement proof', to: paths.proofs },
      ]}
    >
      <Loaded query={found} what="This proof could not be loaded">
        {({ cell: shown, run, attempts }) => (
          <>
            <Outcome cell={shown} />
            <AttemptList cell={shown} attempts={attempts} />
            <div className={classes.part}>
              <Section title="About this proof">
                <About cell={shown} run={run} />
              </Section>
            </div>
          </>
        )}
      </Loaded>
    </Page>
  );
}

function Outcome({ cell }: { cell: ProofCell }) {
  const { tone, word, detail } = sayCell(cell);
  return (
    <Box mb="lg">
      <p className={classes.panelTitle}>
        <StatusBadge tone={tone}>{word}</StatusBadge>
        {cell.verdict === null || cell.state !== 'done'
          ? cell.state === 'running' && detail && `${detail} attempts${cell.now ? `; now: ${cell.now}` : ''}`
          : verdictSentence(cell.verdict, cell.counts, cell.clientVersion)}
      </p>
      {cell.error && (
        <Box mt="md">
          <Notice tone="bad" title="It could not be finished">
            <p>
              <Sentence text={cell.error} />
            </p>
          </Notice>
        </Box>
      )}
    </Box>
  );
}

function About({ cell, run }: { cell: ProofCell; run: ProofRun }) {
  return (
    <Facts
      items={[
        ['Policy', <PolicyOfCell key="policy" cell={cell} />],
        ['Client', <code key="client">{cell.clientVersion}</code>],
        [
          'Part of',
          <span key="run">
            <TextLink to={paths.proofRun} params={{ id: run.id }} inherit>
              Proof {run.number}
            </TextLink>
            , started by {startedByWords(run)} <RelativeTime at={run.createdAt} />
          </span>,
        ],
        ['Took', cell.finishedAt && formatDuration(tookMs(cell))],
      ]}
    />
  );
}

function PolicyOfCell({ cell: { policyId, policyName, revision } }: { cell: ProofCell }) {
  const mayRead = useCan('policies.read');
  if (policyId === null) return 'None: Reeve’s own pins alone, as for whoever has no policy';
  const words = `${policyName}, version ${revision}`;
  if (!mayRead) return words;
  return (
    <TextLink
      to={paths.policy}
      params={{ id: policyId }}
      search={{ tab: 'versions', before: Math.max(1, revision - 1), after: revision }}
      inherit
    >
      {words}
    </TextLink>
  );
}
