import { hostname } from 'node:os';
import { setTimeout as wait } from 'node:timers/promises';
import { record, systemActor } from '#server/audit/index.ts';
import { newId } from '#server/crypto/ids.ts';
import type { AccessChanges } from '#server/db/access-changes.ts';
import type { Services } from '#server/services.ts';
import { whyNoMachine } from '#server/stock-client/private-mounts.ts';
import { removeOrphanedMachines } from '#server/stock-client/remove-orphans.ts';
import { MACHINES_FOLDER } from '#server/stock-client/scratch-machine.ts';
import { provePolicy } from '../proof/prove-policy.ts';
import { endOpenCells, listCells } from './cell-queries.ts';
import { readClients } from './client-store.ts';
import { deleteWorkspaceOfProof } from './proof-workspace.ts';
import type { ListeningPlace, Prove } from './prove-cell.ts';
import { raiseAlerts } from './raise-alerts.ts';
import { sumCounts } from './read-runs.ts';
import { runProof } from './run-proof.ts';
import { dropOldEvidence, failSilentRuns, listLeftWorkspaces, takeWaitingRun } from './run-queries.ts';
import { startDueRuns } from './schedule.ts';

/** A process that carries out proofs says so every second. */
const silentMs = 60_000;
const lookEveryMs = 2_000;
/** So long a run waits for a process that can carry it out, before one that cannot takes it and says why. */
const unclaimedMs = 10 * 60_000;
const tidyEveryMs = 60_000;
/** Evidence of so many runs is kept; of older ones what was expected and observed. */
export const keptRuns = 100;

const silentWords = 'The process that carried out this proof ended without a word. Start it again.';

/**
 * Ends what a process that was killed left: its run has failed, its workspace is deleted with everything in it.
 * @param aliveBefore runs that have said nothing since then; with the embedded database, whatever another process ran is over
 */
export async function sweepLeft(services: Services, { aliveBefore }: { aliveBefore: Date }): Promise<number> {
  const { db, clock, log } = services;
  const at = clock();
  const failed = await db.transaction().execute(async (tx) => {
    const runs = await failSilentRuns(tx, { aliveBefore, error: silentWords, at });
    for (const { id, workspace_id: workspaceId, number, verdict } of runs) {
      await endOpenCells(tx, { runId: id, state: 'failed', error: silentWords, at });
      const cells = await listCells(tx, workspaceId, id);
      await record(tx, systemActor('Reeve', workspaceId), 'proof.finished', {
        at,
        subject: { kind: 'proof', id, label: `Proof ${number}` },
        state: 'failed',
        verdict,
        counts: sumCounts(cells.map(({ counts }) => counts)),
      });
    }
    return runs;
  });
  for (const { id, workspace_id: workspaceId, number } of failed) {
    const sentence = `Proof ${number} failed: ${silentWords}`;
    await raiseAlerts(services, workspaceId, [{ kind: 'run-failed', sentence, runId: id, cellId: null }]);
  }
  const left = await listLeftWorkspaces(db);
  for (const id of left) await deleteWorkspaceOfProof(services, id);
  if (failed.length + left.length > 0)
    log.warn({ runs: failed.length, workspaces: left.length }, 'what a killed process left of proofs was taken away');
  return failed.length + left.length;
}

/** What is looked after while no run is under way here. */
async function tidy(services: Services): Promise<void> {
  await sweepLeft(services, { aliveBefore: new Date(services.clock().getTime() - silentMs) });
  await removeOrphanedMachines(MACHINES_FOLDER);
  await dropOldEvidence(services.db, keptRuns);
}

export interface ProofWorker {
  /** Looks at once instead of at the next look. */
  wake(): void;
  close(): Promise<void>;
}

const opened = new WeakMap<AccessChanges, ProofWorker>();

/** After something was started, in the process that may carry it out. Elsewhere it is found within seconds. */
export const wakeWorker = ({ changes }: Pick<Services, 'changes'>): void => opened.get(changes)?.wake();

/** Whether this process carries out proofs, and why not. */
export const whyCannotRun = async (): Promise<string | null> => whyNoMachine();

/** What this process would take: runs of the clients that are installed here, and none where no client can be run. */
export async function takeRun(services: Services, runner: string) {
  const { db, clock, config } = services;
  const at = clock();
  const installed = readClients(services).filter(({ state }) => state === 'installed');
  const clients = (await whyCannotRun()) === null ? installed.map(({ version }) => version) : [];
  // Nobody else has an embedded database open: nobody else will come.
  const unclaimedBefore = config.databaseUrl === null ? null : new Date(at.getTime() - unclaimedMs);
  return takeWaitingRun(db, { runner, at, ...(unclaimedBefore && { able: { clients, unclaimedBefore } }) });
}

/**
 * Carries out proofs in this process, one at a time, until it is closed. It has to be a process that listens: the client under proof calls
 * it over the loopback.
 */
export function openProofWorker(
  services: Services,
  place: ListeningPlace,
  { prove = provePolicy }: { prove?: Prove } = {},
): ProofWorker {
  const { clock, log, config, changes } = services;
  const runner = `${hostname()} ${newId('run')}`;
  const stopping = new AbortController();
  let woken = Promise.withResolvers<void>();

  const lookOnce = async (): Promise<boolean> => {
    await startDueRuns(services);
    const run = await takeRun(services, runner);
    if (!run) return false;
    await runProof(services, place, { run, runner, prove, stopping: stopping.signal });
    return true;
  };
  const pause = async () => {
    await Promise.race([wait(lookEveryMs, undefined, { signal: stopping.signal, ref: false }), woken.promise]).catch(
      () => undefined,
    );
    woken = Promise.withResolvers<void>();
  };
  const loop = async () => {
    // Nobody else has an embedded database open: whatever ran in it is over.
    const isAlone = config.databaseUrl === null;
    let tidiedAtMs = Number.NEGATIVE_INFINITY;
    let hasFailed = false;
    if (isAlone) await sweepLeft(services, { aliveBefore: clock() }).catch(() => undefined);
    while (!stopping.signal.aborted) {
      try {
        if (performance.now() - tidiedAtMs > tidyEveryMs) {
          await tidy(services);
          tidiedAtMs = performance.now();
        }
        if (!(await lookOnce())) await pause();
        hasFailed = false;
      } catch (error) {
        if (stopping.signal.aborted) return;
        if (!hasFailed) log.error({ err: error }, 'proofs cannot be carried out; it is tried again');
        hasFailed = true;
        await pause();
      }
    }
  };
  const ended = loop();
  const worker: ProofWorker = {
    wake: () => woken.resolve(),
    async close() {
      stopping.abort();
      await ended;
    },
  };
  opened.set(changes, worker);
  return worker;
}
