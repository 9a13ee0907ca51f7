import { type Ending, endings } from '#contract/task-states.ts';
import { type Actor, record, systemActor } from '#server/audit/index.ts';
import type { Database } from '#server/db/open-database.ts';
import type { Services } from '#server/services.ts';
import { askToCancel, endAttemptRow, touchTask } from './lease-queries.ts';
import { noteInLog } from './log-queries.ts';
import { putBackAttempt } from './put-back.ts';
import { lockForPuttingBack } from './put-back-queries.ts';

type Usage = { cpuSeconds: number; peakMemoryMb: number; diskMb: number };

export interface EndOptions {
  workspaceId: string;
  attemptId: string;
  ending: Ending;
  /** Shown after the ending's sentence. */
  detail?: string | null;
  at: Date;
  /** Who ended it; Reeve itself when left out. */
  actor?: Actor;
  sealedAnswer?: string | null;
  usage?: Usage | null;
  baseCommit?: string | null;
  /** Only while it is leased under this epoch, to this runner if one is named. */
  ifLease?: { epoch: number; runnerId?: string };
  /** Only while no runner has it. */
  ifQueued?: boolean;
}

const usageOf = (usage: Usage | null | undefined) => (usage ? { usage } : {});

/**
 * Ends an attempt, queued or leased, in the caller's transaction. What its runner says from now on is refused, its token works no more,
 * and the runner is told at its next heartbeat. After the commit the caller says `tellChanged`.
 * @returns false when it had ended before, or not as the options want it
 */
export async function endAttempt(tx: Database, options: EndOptions): Promise<boolean> {
  const {
    workspaceId,
    attemptId,
    ending,
    detail = null,
    at,
    sealedAnswer = null,
    usage = null,
    baseCommit = null,
  } = options;
  const facts = { ending, detail, sealedAnswer, usage, baseCommit, at };
  const row = await endAttemptRow(tx, workspaceId, attemptId, facts, options);
  if (!row) return false;
  await touchTask(tx, workspaceId, { taskId: row.task_id, at });
  await record(tx, options.actor ?? systemActor('Codex cloud', workspaceId), 'task.ended', {
    at,
    // The title is content.
    subject: { kind: 'task', id: row.task_id, label: row.task_id },
    attemptId,
    turn: row.turn_number,
    placement: row.placement,
    state: endings[ending].state,
    ending,
    tries: row.tries,
    runnerId: row.runner_id,
    memberId: row.member_id,
    environmentId: row.environment_id,
    ...usageOf(usage),
  });
  return true;
}

/**
 * Ends what waits at once, and asks for the end of what runs: its runner hears it at the next heartbeat and has `cancelWithinMs`.
 * @returns 'ended', 'asked', or null when it had ended or was asked before
 */
export async function cancelAttempt(
  tx: Database,
  workspaceId: string,
  { attemptId, at, actor }: { attemptId: string; at: Date; actor?: Actor },
): Promise<'ended' | 'asked' | null> {
  const by = actor ? { actor } : {};
  if (!(await askToCancel(tx, workspaceId, attemptId, at))) return null;
  const isEnded = await endAttempt(tx, { workspaceId, attemptId, ending: 'cancelled', at, ifQueued: true, ...by });
  return isEnded ? 'ended' : 'asked';
}

/** A second one would most likely be lost too: something in the task itself ends its runners. */
export const mostLosses = 2;

export interface EndedLease {
  id: string;
  workspace_id: string;
  epoch: number;
  losses: number;
  cancel_asked_at: Date | null;
}

/**
 * What becomes of an attempt whose lease ended without a result, in the caller's transaction, which holds its row: back into the queue;
 * `runner-lost` after the second loss; `cancelled` where that was asked for.
 * @param why said in the log that the member sees; `isLoss` false: on purpose, so it does not count
 */
export async function settleLease(
  services: Pick<Services, 'blobs'>,
  tx: Database,
  lease: EndedLease,
  { at, why, isLoss, seal }: { at: Date; why: string; isLoss: boolean; seal: SealLine },
): Promise<'requeued' | 'ended'> {
  const { id, workspace_id: workspaceId, epoch, losses } = lease;
  const end = (ending: Ending, detail: string | null) =>
    endAttempt(tx, { workspaceId, attemptId: id, ending, detail, at, ifLease: { epoch } });
  if (lease.cancel_asked_at !== null) {
    await end('cancelled', null);
    return 'ended';
  }
  if (isLoss && losses + 1 >= mostLosses) {
    await end('runner-lost', null);
    return 'ended';
  }
  await putBackAttempt(services, tx, workspaceId, { id, epoch, isLoss });
  await noteInLog(tx, workspaceId, { attemptId: id, at, text: why, seal });
  await recordPutBack(tx, workspaceId, { id, epoch, because: why, at });
  return 'requeued';
}

const recordPutBack = (
  tx: Database,
  workspaceId: string,
  { id, ...facts }: { id: string; epoch: number; because: string; at: Date },
) =>
  record(tx, systemActor('Codex cloud', workspaceId), 'task.requeued', {
    subject: { kind: 'attempt', id, label: id },
    ...facts,
  });

/**
 * For a lease whose job Reeve could not put together, which may pass: back into the queue once, as a loss; then it ends as Reeve's own
 * fault instead of coming up again and again.
 */
export async function settleUnmade(
  services: Pick<Services, 'blobs'>,
  tx: Database,
  workspaceId: string,
  { attemptId, epoch, at }: { attemptId: string; epoch: number; at: Date },
): Promise<void> {
  const which = { id: attemptId, epoch, ifUnheard: true };
  // Another answer to the same claim may have come through.
  const lease = await lockForPuttingBack(tx, workspaceId, which);
  if (!lease) return;
  const detail = 'Reeve could not put the job together; its log says why.';
  if (lease.losses + 1 >= mostLosses)
    await endAttempt(tx, { workspaceId, attemptId, ending: 'internal', detail, at, ifLease: { epoch } });
  else if (await putBackAttempt(services, tx, workspaceId, { ...which, isLoss: true }))
    await recordPutBack(tx, workspaceId, { id: attemptId, epoch, because: detail, at });
}

/** Seals a line of the log. */
export type SealLine = (attemptId: string, seq: number, text: string) => Promise<string>;
