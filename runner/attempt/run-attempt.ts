import { rm, writeFile } from 'node:fs/promises';
import type { Job } from '#contract/runner-protocol.ts';
import type { ContainerEnd } from '../drivers/driver.ts';
import type { EgressProxy } from '../egress/egress-policy.ts';
import { forgetSource } from '../git/fetch-source.ts';
import { DiffTooLarge, whatIsTouched } from '../git/take-diff.ts';
import type { HeldLease } from '../reeve/leases.ts';
import { openReportLog, type ReportLog } from '../reeve/report-log.ts';
import { AttemptEnded } from './attempt-ended.ts';
import { type AttemptFolders, makeAttemptFolders, removeFolder } from './attempt-folders.ts';
import { type AttemptInternet, openAttemptInternet } from './attempt-internet.ts';
import type { Attempt, AttemptTools } from './attempt-tools.ts';
import { type Left, sendDiff, sendEnd, sendSession } from './finish.ts';
import { type Prepared, prepare } from './prepare.ts';
import { type AgentWatch, runAgent } from './run-agent.ts';
import { lostWords } from './run-container.ts';
import { keepSetup, setUp } from './set-up.ts';

/** What is known of an attempt as it goes, for the end that comes too early. */
interface Progress {
  prepared: Prepared | null;
  left: Left | null;
  usage: ContainerEnd['usage'] | null;
  /** Why the agent's folders are not as it left them. */
  filesLost: string | null;
}

interface OpenedEgress {
  proxy: EgressProxy;
  internet: AttemptInternet;
  hasCalledModel: () => boolean;
}

async function openEgress(
  { job, tools, report, lease }: Pick<Attempt, 'job' | 'tools' | 'report' | 'lease'>,
  folders: AttemptFolders,
): Promise<OpenedEgress> {
  const { agent } = job;
  const opened: { proxy: EgressProxy | null } = { proxy: null };
  const say = (text: string) => report.add({ kind: 'notice', text });
  const internet = openAttemptInternet(job.internet, { proxy: () => opened.proxy, say });
  const { authorityPem, connect } = tools.calls.address;
  let isFirst = true;
  const proxy = await tools.openEgress({
    socketPath: folders.socket,
    gateway: {
      origin: agent.gatewayOrigin,
      paths: agent.gatewayPaths,
      authorityPem,
      ...(connect === null ? {} : { connect }),
    },
    policy: internet.policy,
    onAttempt: (attempt) => {
      report.addEgress(attempt);
      if (!isFirst || attempt.rule !== 'gateway' || !attempt.path?.endsWith('/responses')) return;
      // The client was not signed in: no model has heard of it.
      if (attempt.status === 401) return;
      isFirst = false;
      report.tell({ firstModelCallAt: attempt.at });
    },
  });
  opened.proxy = proxy;
  lease.onInternet(internet.hear);
  await writeFile(folders.authorityFile, proxy.authorityPem, { mode: 0o644 });
  return { proxy, internet, hasCalledModel: () => !isFirst };
}

/** @returns how it ended well @throws AttemptEnded and whatever else ends it */
async function runPhases(attempt: Attempt, progress: Progress): Promise<'set-up' | 'agent-done'> {
  const prepared = await prepare(attempt);
  progress.prepared = prepared;
  await setUp(attempt, prepared);
  await keepSetup(attempt, prepared);
  if (attempt.job.kind === 'try') return 'set-up';
  const touched = await whatIsTouched({ ...prepared.place, signal: attempt.signal }).catch((error: unknown) => {
    if (!(error instanceof DiffTooLarge)) throw error;
    throw new AttemptEnded('output-limit', `What set-up left in the repository is too much: ${error.message}.`);
  });
  const watch: AgentWatch = {
    begun: (reader) => {
      progress.left = { place: prepared.place, base: prepared.source.commit, touched, reader };
    },
    ended: ({ usage, filesLost = null }) => {
      progress.usage = usage;
      progress.filesLost = filesLost;
    },
  };
  await runAgent(attempt, prepared, { touched, watch });
  return 'agent-done';
}

/** What the agent did is kept however it ended, except where it was more than can be kept, or did not come back whole. */
async function wrapUp(attempt: Attempt, progress: Progress): Promise<boolean> {
  const { report, job } = attempt;
  report.enter('finish', 'finishing');
  if (progress.left === null) return false;
  if (progress.filesLost !== null) {
    // What was taken of them would look like all that the agent did.
    report.add({ kind: 'notice', text: lostWords(progress.filesLost) });
    return false;
  }
  report.add({ kind: 'phase', text: 'Looking at what changed.' });
  const sending = job.mode === 'code' ? sendDiff(attempt, progress.left) : Promise.resolve(false);
  // Changes that cannot be kept are no reason to lose the thread, too.
  await sending.catch(() => undefined);
  await sendSession(attempt, progress.left);
  return sending;
}

const asEnded = (error: unknown): AttemptEnded =>
  error instanceof AttemptEnded
    ? error
    : new AttemptEnded('internal', error instanceof Error ? error.message.slice(0, 1500) : null, { cause: error });

/** @returns the ending; @throws LeaseLost */
async function runToEnd(attempt: Attempt, progress: Progress): Promise<AttemptEnded> {
  const { lease, job, tools } = attempt;
  let early: AttemptEnded | null = null;
  let done: 'set-up' | 'agent-done' = 'agent-done';
  try {
    done = await runPhases(attempt, progress);
  } catch (error) {
    lease.lost.throwIfAborted();
    early = asEnded(attempt.signal.aborted ? attempt.signal.reason : error);
    if (progress.filesLost !== null && early.detail === null)
      early = new AttemptEnded(early.ending, lostWords(progress.filesLost), { cause: early });
    if (early.ending === 'internal') tools.log(`attempt ${job.attemptId}: ${(error as Error).stack}`);
  }
  try {
    const hasChanged = await wrapUp({ ...attempt, signal: lease.lost }, progress);
    const good = done === 'set-up' ? done : hasChanged ? 'changed' : 'answered';
    return early ?? new AttemptEnded(good);
  } catch (error) {
    lease.lost.throwIfAborted();
    if (early === null && !(error instanceof AttemptEnded))
      tools.log(`attempt ${job.attemptId}: ${(error as Error).stack}`);
    return early ?? asEnded(error);
  }
}

/** One signal for everything that ends an attempt before its time; its reason is how the attempt ends. */
function endSignals({ job, lease }: Pick<Attempt, 'job' | 'lease'>): {
  signal: AbortSignal;
  end: (why: unknown) => void;
  stop: () => void;
} {
  const controller = new AbortController();
  const end = (why: unknown) => controller.abort(why);
  const onLost = () => end(lease.lost.reason);
  const onCancelled = () => end(new AttemptEnded('cancelled'));
  const timer = setTimeout(() => end(new AttemptEnded('time-limit')), job.limits.seconds * 1000);
  lease.lost.addEventListener('abort', onLost);
  lease.cancelled.addEventListener('abort', onCancelled);
  if (lease.lost.aborted) onLost();
  if (lease.cancelled.aborted) onCancelled();
  return { signal: controller.signal, end, stop: () => clearTimeout(timer) };
}

async function runWith(
  job: Job,
  tools: AttemptTools,
  lease: HeldLease,
  report: ReportLog,
  signal: AbortSignal,
): Promise<void> {
  const driver = tools.driverOf(job.driver);
  const progress: Progress = { prepared: null, left: null, usage: null, filesLost: null };
  await using opened = new AsyncDisposableStack();
  let ended: AttemptEnded;
  if (driver === undefined) ended = new AttemptEnded('internal', `This runner has no ${job.driver} driver.`);
  else {
    try {
      const name = `${job.attemptId}-${job.epoch}`;
      const folders = await makeAttemptFolders(tools.folders, name, driver.owner);
      // After its folders, whose git folder reads the store; also when its lease is lost.
      const fetched = { repository: job.repository.name, attemptId: name };
      opened.defer(() => forgetSource(tools.folders.repositories, fetched));
      opened.defer(() => removeFolder(folders.root));
      opened.defer(() => rm(folders.socket, { force: true }));
      const { proxy, internet, hasCalledModel } = await openEgress({ job, tools, report, lease }, folders);
      opened.defer(() => proxy.close());
      // Another runner may have it soon: whatever is not dead by then reaches nobody any more.
      lease.lost.addEventListener('abort', () => void proxy.close(), { once: true });
      const attempt = { job, tools, lease, report, driver, folders, internet, hasCalledModel, signal };
      ended = await runToEnd(attempt, progress);
      // What the proxy still had to say belongs to the attempt.
      await proxy.close();
    } catch (error) {
      lease.lost.throwIfAborted();
      tools.log(`attempt ${job.attemptId}: ${(error as Error).stack}`);
      ended = asEnded(error);
    }
  }
  await sendEnd(
    { job, tools, lease, report },
    {
      epoch: job.epoch,
      ending: ended.ending,
      detail: ended.detail,
      answer: progress.left?.reader.answer?.slice(0, 200_000) ?? null,
      commits: progress.prepared ? { base: progress.prepared.source.commit } : null,
      usage: progress.usage,
    },
  );
}

/**
 * Does one job from its claim to its last word. Never rejects: what goes wrong is the attempt's ending, and a lost lease ends everything
 * of it without a word.
 */
export async function runAttempt(job: Job, tools: AttemptTools, lease: HeldLease): Promise<void> {
  const { signal, end, stop } = endSignals({ job, lease });
  const onTooMuch = () => end(new AttemptEnded('output-limit'));
  const report = openReportLog({ calls: tools.calls, lease, mostBytes: job.limits.outputBytes, onTooMuch });
  try {
    await runWith(job, tools, lease, report, signal);
    tools.log(`attempt ${job.attemptId} is over`);
  } catch (error) {
    tools.log(`attempt ${job.attemptId}: ${(error as Error).message}`);
  } finally {
    stop();
    lease.release();
  }
}
