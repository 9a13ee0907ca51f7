import type { ProofRun } from '#contract/proofs.ts';
import { newestCheckpoint, record, systemActor } from '#server/audit/index.ts';
import type { Services } from '#server/services.ts';
import { type CellRow, endOpenCells, findCell, listCells } from './cell-queries.ts';
import { certifyIn } from './certify-run.ts';
import { type ListeningPlace, type Prove, proveCell } from './prove-cell.ts';
import { findAlerts, mailAlerts, raiseAlerts } from './raise-alerts.ts';
import { sumCounts } from './read-runs.ts';
import { beat, finishRun, type RunRow } from './run-queries.ts';

const beatMs = 1_000;

/** The worst of what was found; null when nothing was. */
export function verdictOfRun(cells: readonly Pick<CellRow, 'verdict'>[]): ProofRun['verdict'] {
  const found = new Set(cells.map(({ verdict }) => verdict));
  for (const verdict of ['broken', 'inconclusive', 'partly'] as const) if (found.has(verdict)) return verdict;
  return found.has('held') ? 'held' : null;
}

/** Says every second that the run goes on, and hears whether it should. */
function keepAlive(
  { db, clock, log }: Services,
  { id, runner }: { id: string; runner: string },
  stop: AbortController,
) {
  let isBeating = false;
  const tick = async () => {
    if (isBeating) return;
    isBeating = true;
    try {
      const { isOurs, isCancelled } = await beat(db, { id, runner, at: clock() });
      if (isCancelled) stop.abort('cancelled');
      else if (!isOurs) stop.abort('taken');
    } catch (error) {
      log.warn({ err: error }, 'a proof could not say that it goes on');
    } finally {
      isBeating = false;
    }
  };
  const timer = setInterval(tick, beatMs);
  timer.unref();
  return { now: tick, end: () => clearInterval(timer) };
}

async function proveAll(
  services: Services,
  place: ListeningPlace,
  { run, prove, signal }: { run: RunRow; prove: Prove; signal: AbortSignal },
): Promise<string | null> {
  const { db } = services;
  const { workspace_id: workspaceId, number } = run;
  const found = [];
  let failed = 0;
  for (const cell of await listCells(db, workspaceId, run.id)) {
    if (signal.aborted) break;
    const ended = await proveCell(services, place, { cell, prove, signal });
    if (ended === 'failed') failed += 1;
    const done = ended === 'done' ? await findCell(db, workspaceId, cell.id) : undefined;
    if (done) found.push(...(await raiseAlerts(services, workspaceId, await findAlerts(db, done))));
  }
  const error =
    failed === 0
      ? null
      : `${failed === 1 ? 'One proof' : `${failed} proofs`} could not be carried out; see why at its policy and client.`;
  if (error !== null && !signal.aborted) {
    const sentence = `Proof ${number} failed: ${error}`;
    found.push(
      ...(await raiseAlerts(services, workspaceId, [{ kind: 'run-failed', sentence, runId: run.id, cellId: null }])),
    );
  }
  await mailAlerts(services, { workspaceId, number, alerts: found });
  return error;
}

interface Ending {
  state: 'done' | 'failed' | 'cancelled';
  error: string | null;
}

/** One transaction: a run that has ended has its entry, and a run that is done its certificate. */
async function finish(services: Services, run: RunRow, { runner, ending }: { runner: string; ending: Ending }) {
  const { db, clock } = services;
  const { id, workspace_id: workspaceId, number } = run;
  const audit = ending.state === 'done' ? await newestCheckpoint(services, workspaceId) : null;
  await db.transaction().execute(async (tx) => {
    const at = clock();
    await endOpenCells(tx, {
      runId: id,
      state: ending.state === 'failed' ? 'failed' : 'cancelled',
      error: ending.error,
      at,
    });
    const cells = await listCells(tx, workspaceId, id);
    const verdict = verdictOfRun(cells);
    if (!(await finishRun(tx, { id, runner, ...ending, verdict, at })) || ending.state === 'cancelled') return;
    await record(tx, systemActor('Reeve', workspaceId), 'proof.finished', {
      at,
      subject: { kind: 'proof', id, label: `Proof ${number}` },
      state: ending.state,
      verdict,
      counts: sumCounts(cells.map(({ counts }) => counts)),
    });
    await certifyIn(tx, services, { workspaceId, runId: id, audit });
  });
}

/**
 * Carries out a run that this process took: one policy and client after the other. What is proved when it is stopped stays.
 * @param stopping aborted when the process stops
 */
export async function runProof(
  services: Services,
  place: ListeningPlace,
  { run, runner, prove, stopping }: { run: RunRow; runner: string; prove: Prove; stopping: AbortSignal },
): Promise<void> {
  const stop = new AbortController();
  const alive = keepAlive(services, { id: run.id, runner }, stop);
  const signal = AbortSignal.any([stop.signal, stopping]);
  try {
    const error = await proveAll(services, place, { run, prove, signal });
    // A wish to stop may have come after the last look.
    await alive.now();
    const ending: Ending = stopping.aborted
      ? { state: 'failed', error: 'Reeve stopped while this proof ran. Start it again.' }
      : signal.aborted
        ? { state: 'cancelled', error: null }
        : { state: error === null ? 'done' : 'failed', error };
    await finish(services, run, { runner, ending });
  } finally {
    alive.end();
  }
}
