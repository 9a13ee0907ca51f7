import { Button, Progress, VisuallyHidden } from '@mantine/core';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useEffect } from 'react';
import { api } from '#console/api.ts';
import { paths } from '#console/paths.ts';
import { FailureNotice } from '#console/shell/FailureNotice.tsx';
import { TextLink } from '#console/shell/TextLink.tsx';
import { Sentence } from '#console/ui/Sentence.tsx';
import { StatusBadge } from '#console/ui/StatusBadge.tsx';
import { Steady } from '#console/ui/Steady.tsx';
import type { ProofCell, ProofRun } from '#contract/proofs.ts';
import { CancelRun } from './CancelRun.tsx';
import classes from './Proofs.module.css';
import { isUnfinished, sayRun, subjectLabel } from './proof-words.ts';

const everyMs = 1_000;

interface RunProgressProps {
  runId: string;
  /** Takes the line away after its end. */
  onDismiss: () => void;
}

/** A run that is under way, on a page that is about more. It stays after the end, so that nothing below moves by itself. */
export function RunProgress({ runId, onDismiss }: RunProgressProps) {
  const queries = useQueryClient();
  const found = useQuery(
    api.proofs.run.queryOptions({
      input: { id: runId },
      refetchInterval: ({ state }) => (state.data && !isUnfinished(state.data.run) ? false : everyMs),
    }),
  );
  const isOver = found.data !== undefined && !isUnfinished(found.data.run);
  useEffect(() => {
    if (isOver) void queries.invalidateQueries({ queryKey: api.proofs.matrix.key() });
  }, [isOver, queries]);
  if (!found.data)
    return found.error ? <FailureNotice what="The proof could not be followed" error={found.error} /> : null;
  const { run, cells } = found.data;
  return (
    <section className={classes.panel} aria-label={`Proof ${run.number}`}>
      <div className={classes.panelRow}>
        <p className={classes.panelTitle}>
          <TextLink to={paths.proofRun} params={{ id: run.id }} inherit>
            Proof {run.number}
          </TextLink>
          <RunBadge run={run} />
        </p>
        <Steady value={isOver} scope={run.id}>
          {(isShownOver) =>
            isShownOver ? (
              <Button variant="default" onClick={onDismiss}>
                Close
              </Button>
            ) : (
              <CancelRun run={run} />
            )
          }
        </Steady>
      </div>
      <ProgressOfRun run={run} cells={cells} />
    </section>
  );
}

export function RunBadge({ run }: { run: ProofRun }) {
  const { tone, word } = sayRun(run);
  return <StatusBadge tone={tone}>{word}</StatusBadge>;
}

/** How far it is, what is being tried now, and the same for screen readers whenever a combination is through. */
export function ProgressOfRun({ run, cells }: { run: ProofRun; cells: ProofCell[] }) {
  const { attemptsDone, attemptsTotal, cellsDone, cellsTotal, state } = run;
  const counted = `${attemptsDone} of ${attemptsTotal} attempts; ${cellsDone} of ${cellsTotal} combinations`;
  const current = cells.find((cell) => cell.state === 'running');
  const isLive = isUnfinished(run);
  return (
    <>
      {isLive && (
        <Progress value={attemptsTotal === 0 ? 0 : (attemptsDone / attemptsTotal) * 100} aria-label={counted} />
      )}
      <p className={classes.now}>
        {state === 'waiting' ? 'It begins as soon as the server has a hand free.' : `${counted}.`}
        {isLive && current && (
          <>
            {' '}
            Now {subjectLabel(current)} with {current.clientVersion}
            {current.now && (
              <>
                : <Sentence text={current.now} />
              </>
            )}
          </>
        )}
        {!isLive && sayRun(run).detail && ` ${sayRun(run).detail}`}
      </p>
      <VisuallyHidden role="status">
        {isLive
          ? `Proof ${run.number}: ${cellsDone} of ${cellsTotal} combinations are through.`
          : `Proof ${run.number} has ended: ${sayRun(run).word}.`}
      </VisuallyHidden>
    </>
  );
}
