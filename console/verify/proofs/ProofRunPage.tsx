import { Box } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useParams } from '@tanstack/react-router';
import { useState } from 'react';
import { api } from '#console/api.ts';
import { paths } from '#console/paths.ts';
import { Loaded } from '#console/shell/Loaded.tsx';
import { Page } from '#console/shell/Page.tsx';
import { Facts } from '#console/ui/Facts.tsx';
import { formatDuration } from '#console/ui/figures.ts';
import { LiveAge } from '#console/ui/LiveAge.tsx';
import { Notice } from '#console/ui/Notice.tsx';
import { RelativeTime } from '#console/ui/RelativeTime.tsx';
import { Section } from '#console/ui/Section.tsx';
import { Sentence } from '#console/ui/Sentence.tsx';
import { Steady } from '#console/ui/Steady.tsx';
import type { ProofCell, ProofRun } from '#contract/proofs.ts';
import { CancelRun } from './CancelRun.tsx';
import { CertificateLinks } from './CertificateLinks.tsx';
import { startedByWords, tookMs } from './ProofHistory.tsx';
import { ProofMatrix } from './ProofMatrix.tsx';
import classes from './Proofs.module.css';
import { isUnfinished, maySoonChange, verdictSentence } from './proof-words.ts';
import { ProgressOfRun, RunBadge } from './RunProgress.tsx';
import { newestFirst } from './say-matrix.ts';
import { VerdictCounts } from './VerdictCounts.tsx';

const everyMs = 1_000;

/** One run: live while it runs, a record afterwards. */
export function ProofRunPage() {
  const { id } = useParams({ from: '/shell/verify/proofs/$id' });
  const [isPaused, setPaused] = useState(false);
  const found = useQuery(
    api.proofs.run.queryOptions({
      input: { id },
      refetchInterval: ({ state }) =>
        isPaused || (state.data && !maySoonChange(state.data.run, new Date())) ? false : everyMs,
    }),
  );
  const run = found.data?.run;
  return (
    <Page
      isWide
      title={run ? `Proof ${run.number}` : 'Proof'}
      above={[
        { label: 'Verify', to: paths.verify },
        { label: 'Enforcement proof', to: paths.proofs },
      ]}
      action={run && <CancelRun run={run} />}
      history={run && { subjectId: run.id }}
    >
      <Loaded query={found} what="This proof could not be loaded">
        {(data) => (
          <>
            <Outcome {...data} />
            {isUnfinished(data.run) && (
              <div className={classes.aboveTable}>
                <span />
                <LiveAge updatedAt={found.dataUpdatedAt} isPaused={isPaused} onPausedChange={setPaused} />
              </div>
            )}
            <Steady value={data.cells} scope={data.run.id}>
              {(cells) => <MatrixOfRun cells={cells} />}
            </Steady>
            <Record run={data.run} />
          </>
        )}
      </Loaded>
    </Page>
  );
}

function Outcome({ run, cells }: { run: ProofRun; cells: ProofCell[] }) {
  if (isUnfinished(run))
    return (
      <section className={classes.panel} aria-label="Progress">
        <p className={classes.panelTitle}>
          <RunBadge run={run} />
        </p>
        <ProgressOfRun run={run} cells={cells} />
      </section>
    );
  return (
    <Box mb="lg">
      <p className={classes.panelTitle}>
        <RunBadge run={run} />
        {run.verdict !== null && run.state === 'done' && verdictSentence(run.verdict, run.counts, null)}
        {run.state === 'cancelled' && 'It was stopped; what was proven until then is below.'}
      </p>
      {run.error && (
        <Box mt="md">
          <Notice tone="bad" title="It could not be finished">
            <p>
              <Sentence text={run.error} />
            </p>
          </Notice>
        </Box>
      )}
      <Box mt="md">
        <VerdictCounts counts={run.counts} />
      </Box>
      {run.certificateId !== null && (
        <Box mt="md">
          <CertificateLinks run={run} />
        </Box>
      )}
    </Box>
  );
}

function MatrixOfRun({ cells }: { cells: ProofCell[] }) {
  const rows = [...new Map(cells.map((cell) => [`${cell.policyId}-${cell.revision}`, cell])).values()];
  const versions = [...new Set(cells.map(({ clientVersion }) => clientVersion))].toSorted(newestFirst);
  return (
    <ProofMatrix
      label="Policies by client versions"
      rows={rows}
      columns={versions.map((version) => ({ version, remark: null }))}
      cells={cells}
    />
  );
}

function Record({ run }: { run: ProofRun }) {
  const { createdAt, finishedAt, startedAt } = run;
  return (
    <div className={classes.part}>
      <Section title="About this proof">
        <Facts
          items={[
            ['Started by', startedByWords(run)],
            ['When', <RelativeTime key="when" at={createdAt} />],
            ['Ended', finishedAt && <RelativeTime key="ended" at={finishedAt} />],
            ['Took', startedAt && finishedAt && formatDuration(tookMs(run))],
            ['Combinations', `${run.cellsDone} of ${run.cellsTotal}`],
            ['Attempts', `${run.attemptsDone} of ${run.attemptsTotal}`],
          ]}
        />
      </Section>
    </div>
  );
}
