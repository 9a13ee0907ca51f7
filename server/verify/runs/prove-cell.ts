import { setTimeout as wait } from 'node:timers/promises';
import type { ProofAttempt, ProofCounts } from '#contract/proofs.ts';
import { testedClients } from '#contract/tested-clients.ts';
import type { ProvableVersion } from '#server/policies/index.ts';
import type { Services } from '#server/services.ts';
import { findClient } from '#server/stock-client/install-client.ts';
import { readSettings } from '#server/workspace/index.ts';
import type { ProofOutcome, ProofSubject, ProveOptions } from '../proof/prove-policy.ts';
import { type LeftOut, withoutPrograms } from '../proof/without-programs.ts';
import { type CellRow, endCell, saveAttempts, setProgress, startCell } from './cell-queries.ts';
import { clientSum, requireClient } from './client-store.ts';
import { isOlder } from './compare-cells.ts';
import { hiddenFrom } from './hidden-from.ts';
import { openRelay } from './open-relay.ts';
import { openProofWorkspace } from './proof-workspace.ts';
import { fullCounts } from './read-runs.ts';
import { type Provable, readProvable, sumOfPolicy } from './start-run.ts';

/** Where this process really listens, and what clients have to trust. */
export interface ListeningPlace {
  listenAddress: { host: string; port: number };
  authorityPem: string | null;
}

export type Prove = (subject: ProofSubject, options: ProveOptions) => Promise<ProofOutcome>;

/** Far more than a proof takes; a client that hangs must not keep everything from going on. */
const cellLimitMs = 15 * 60_000;
/** So long a proof that is stopped may take to end its client and clean up. */
const stoppingMs = 20_000;

/** Evidence says what was seen; what the workspace of the proof was called inside is of no use once it is gone. */
function withoutIds(attempt: ProofAttempt, ids: readonly (readonly [id: string, word: string])[]): ProofAttempt {
  const clean = (text: string) => ids.reduce((done, [id, word]) => done.replaceAll(id, word), text);
  const { observed, evidence } = attempt;
  return {
    ...attempt,
    observed: clean(observed),
    evidence: evidence.map((one) => ({ ...one, title: clean(one.title), text: clean(one.text) })),
  };
}

/** Writes progress behind the proof, one after the other, and of what gathers meanwhile the last. */
function openProgress(services: Services, { workspace_id: workspaceId, id }: CellRow) {
  let writing: Promise<void> = Promise.resolve();
  let newest: { done: number; total: number; now: string | null } | null = null;
  const write = (work: () => Promise<unknown>) => {
    writing = writing.then(work).then(
      () => undefined,
      (error: unknown) => services.log.warn({ err: error }, 'the progress of a proof could not be written'),
    );
  };
  return {
    onProgress(progress: { done: number; total: number; now: string | null }) {
      const isWaiting = newest !== null;
      newest = progress;
      if (isWaiting) return;
      write(async () => {
        const progressNow = newest;
        newest = null;
        if (progressNow) await setProgress(services.db, workspaceId, { id, ...progressNow });
      });
    },
    onAttempt(attempt: ProofAttempt) {
      write(() => saveAttempts(services.db, workspaceId, { cellId: id, attempts: [attempt] }));
    },
    settled: () => writing,
  };
}

/** Rejects some time after the proof was told to stop and has not. */
async function unlessItHangs<Result>(proof: Promise<Result>, signal: AbortSignal): Promise<Result> {
  const given = new AbortController();
  const hung = async (): Promise<never> => {
    await new Promise<void>((resolve) => {
      if (signal.aborted) resolve();
      signal.addEventListener('abort', () => resolve(), { once: true });
      given.signal.addEventListener('abort', () => resolve(), { once: true });
    });
    await wait(stoppingMs, undefined, { signal: given.signal, ref: false });
    throw new Error('The proof did not stop when it was told to.');
  };
  try {
    return await Promise.race([proof, hung()]);
  } finally {
    given.abort();
  }
}

/** The newest installed client that is older, for the attempt with an older one. */
function olderClient({ config }: Services, version: string) {
  const older = testedClients.filter((one) => isOlder(one, version) && findClient(one, config.clientsFolder));
  const newest = older.at(-1);
  return newest === undefined ? null : findClient(newest, config.clientsFolder);
}

/** The documents as the client under proof gets them. */
function withoutProgramsOf({ policy, baseline }: Provable) {
  const leftOut: LeftOut[] = [];
  const asDelivered = (version: ProvableVersion | null) => {
    if (version === null) return null;
    const contents = withoutPrograms(version.contents, 'contents');
    const defaults = withoutPrograms(version.defaults, 'defaults');
    leftOut.push(...contents.leftOut, ...defaults.leftOut);
    return { ...version, contents: contents.document, defaults: defaults.document };
  };
  return { policy: asDelivered(policy), baseline: asDelivered(baseline), leftOut };
}

async function proveWith(
  services: Services,
  place: ListeningPlace,
  { cell, prove, signal }: { cell: CellRow; prove: Prove; signal: AbortSignal },
): Promise<ProofOutcome> {
  const { db, clock, origin } = services;
  const { workspace_id: workspaceId, policy_id: policyId, revision } = cell;
  const client = requireClient(services, cell.client_version);
  const published = await readProvable(db, workspaceId, policyId === null ? { policyId } : { policyId, revision });
  const sums = {
    clientSha256: await clientSum(client),
    policySha256: sumOfPolicy(published.policy, published.baseline),
  };
  const { policy, baseline, leftOut } = withoutProgramsOf(published);
  await startCell(db, workspaceId, { id: cell.id, ...sums, at: clock() });
  const { minimumClientVersion: minimum } = await readSettings(db, workspaceId);
  const keepsMinimum = minimum === null || !isOlder(cell.client_version, minimum);
  await using cleanUp = new AsyncDisposableStack();
  const { listenAddress, authorityPem, close } = await openRelay(origin, place);
  cleanUp.defer(close);
  const opened = await openProofWorkspace(services, {
    workspaceId,
    runId: cell.run_id,
    policy,
    baseline,
    keepsMinimum,
  });
  cleanUp.defer(opened.close);
  const progress = openProgress(services, cell);
  cleanUp.defer(progress.settled);
  const subject: ProofSubject = {
    origin,
    listenAddress,
    authorityPem,
    client,
    hide: hiddenFrom(services.config),
    otherClient: olderClient(services, cell.client_version),
    policy: {
      id: opened.policyId,
      name: cell.policy_name,
      revision,
      contents: policy?.contents ?? '',
      defaults: policy?.defaults ?? '',
      baselineContents: baseline?.contents ?? null,
      leftOut,
    },
    approveDevice: opened.approveDevice,
    createAccessToken: opened.createAccessToken,
    modelUrlIsSet: opened.modelUrlIsSet,
    serverSaw: opened.serverSaw,
  };
  const ids = [
    [opened.id, '(workspace)'],
    [opened.memberId, '(member)'],
    [opened.groupId, '(group)'],
    [opened.email, '(e-mail)'],
    ...opened.copies.map((id) => [id, '(policy)'] as const),
  ] as const;
  const { onProgress } = progress;
  const onAttempt = (attempt: ProofAttempt) => progress.onAttempt(withoutIds(attempt, ids));
  const outcome = await unlessItHangs(prove(subject, { signal, onProgress, onAttempt }), signal);
  return { ...outcome, attempts: outcome.attempts.map((attempt) => withoutIds(attempt, ids)) };
}

/** A sentence for people; the whole error is in the log. */
const inWords = (error: unknown): string =>
  (error instanceof Error ? error.message : String(error)).split('\n')[0]?.slice(0, 500) ?? '';

const countOf = (attempts: readonly ProofAttempt[]): ProofCounts => {
  const counts = fullCounts({});
  for (const { verdict } of attempts) counts[verdict] += 1;
  return counts;
};

/**
 * Proves one policy version with one client, in a workspace of its own that is gone afterwards, and writes what came of it.
 * @returns how the cell ended
 */
export async function proveCell(
  services: Services,
  place: ListeningPlace,
  { cell, prove, signal: cancelled }: { cell: CellRow; prove: Prove; signal: AbortSignal },
): Promise<'done' | 'failed' | 'cancelled'> {
  const { db, clock, log } = services;
  const { workspace_id: workspaceId, id } = cell;
  const limit = AbortSignal.timeout(cellLimitMs);
  const end = (ended: Omit<Parameters<typeof endCell>[2], 'id' | 'at'>) =>
    endCell(db, workspaceId, { id, ...ended, at: clock() });
  try {
    const signal = AbortSignal.any([cancelled, limit]);
    const { attempts, verdict } = await proveWith(services, place, { cell, prove, signal });
    signal.throwIfAborted();
    await saveAttempts(db, workspaceId, { cellId: id, attempts });
    await setProgress(db, workspaceId, { id, done: attempts.length, total: attempts.length, now: null });
    await end({ state: 'done', verdict, counts: countOf(attempts), error: null });
    return 'done';
  } catch (error) {
    if (cancelled.aborted) {
      await end({ state: 'cancelled', verdict: null, counts: fullCounts({}), error: null });
      return 'cancelled';
    }
    log.warn({ err: error, cell: id }, 'a proof could not be carried out');
    const because = limit.aborted
      ? `It took longer than ${cellLimitMs / 60_000} minutes and was stopped.`
      : inWords(error);
    await end({ state: 'failed', verdict: null, counts: fullCounts({}), error: because });
    return 'failed';
  }
}
