import { sql } from 'kysely';
import type { AttemptState, Ending } from '#contract/task-states.ts';
import { endingNames, endings } from '#contract/task-states.ts';
import type { Database } from '#server/db/open-database.ts';

/** Who says something about an attempt, and under which lease. */
export interface LeaseRef {
  workspaceId: string;
  runnerId: string;
  attemptId: string;
  epoch: number;
}

const leaseColumns = [
  'id',
  'task_id',
  'workspace_id',
  'member_id',
  'environment_id',
  'turn_number',
  'state',
  'epoch',
  'log_base',
  'secrets_epoch',
  'diff_blob',
  'is_diff_final',
  'session_blob',
  'cancel_asked_at',
] as const;

const leased = (db: Database, { workspaceId, runnerId, attemptId, epoch }: LeaseRef) =>
  db
    .selectFrom('cloud_attempts')
    .select(leaseColumns)
    .where('workspace_id', '=', workspaceId)
    .where('id', '=', attemptId)
    .where('runner_id', '=', runnerId)
    .where('epoch', '=', epoch)
    .where('lease_until', 'is not', null);

/** The attempt, if this is its lease; nobody else ends or takes it before the commit. */
export const lockLease = (tx: Database, lease: LeaseRef) => leased(tx, lease).forUpdate().executeTakeFirst();
export const findLease = (db: Database, lease: LeaseRef) => leased(db, lease).executeTakeFirst();

export interface ExtendedLease {
  id: string;
  epoch: number;
  memberId: string | null;
  environmentId: string | null;
  cancelAskedAt: Date | null;
}

/** Those of the leases that go on; one whose time is over goes on too, as long as nobody ended it. */
export async function extendLeases(
  db: Database,
  { workspaceId, runnerId }: Pick<LeaseRef, 'workspaceId' | 'runnerId'>,
  { refs, until }: { refs: readonly { attemptId: string; epoch: number }[]; until: Date },
): Promise<ExtendedLease[]> {
  if (refs.length === 0) return [];
  const { rows } = await sql<ExtendedLease>`
    update cloud_attempts a set lease_until = greatest(a.lease_until, ${until}), heard_epoch = a.epoch
    from json_to_recordset(${JSON.stringify(refs)}::json) as n("attemptId" text, epoch integer)
    where a.id = n."attemptId" and a.epoch = n.epoch and a.workspace_id = ${workspaceId} and a.runner_id = ${runnerId}
      and a.lease_until is not null
    returning a.id, a.epoch, a.member_id as "memberId", a.environment_id as "environmentId",
      a.cancel_asked_at as "cancelAskedAt"`.execute(db);
  return rows;
}

const endedColumns = [
  'a.id',
  'a.workspace_id',
  'a.epoch',
  'a.state',
  'a.tries',
  'a.losses',
  'a.cancel_asked_at',
  'a.heard_epoch',
] as const;

/**
 * Whose lease ended by itself, and whether its runner was removed meanwhile. Those that somebody else ends right now are left to them.
 */
export const lockExpired = (tx: Database, { before, limit }: { before: Date; limit: number }) =>
  tx
    .selectFrom('cloud_attempts as a')
    .leftJoin('cloud_runners as r', 'r.id', 'a.runner_id')
    .select([...endedColumns, 'r.removed_at'])
    .where('a.lease_until', '<', before)
    .orderBy('a.lease_until')
    .limit(limit)
    .forUpdate('a')
    .skipLocked()
    .execute();

/** What a runner holds since a moment or longer. Those that somebody else ends right now are left to them. */
export const lockLeasesOfRunner = (
  tx: Database,
  workspaceId: string,
  { runnerId, before }: { runnerId: string; before: Date },
) =>
  tx
    .selectFrom('cloud_attempts as a')
    .select(endedColumns)
    .where('a.workspace_id', '=', workspaceId)
    .where('a.runner_id', '=', runnerId)
    .where('a.lease_until', 'is not', null)
    .where('a.claimed_at', '<=', before)
    .orderBy('a.id')
    .forUpdate()
    .skipLocked()
    .execute();

/** What waits and was asked to end, by whoever knows nothing of queues. */
export const listCancelledInQueue = (db: Database, { limit }: { limit: number }) =>
  db
    .selectFrom('cloud_attempts')
    .select(['id', 'workspace_id'])
    .where('state', '=', 'queued')
    .where('cancel_asked_at', 'is not', null)
    .limit(limit)
    .execute();

/**
 * Makes whatever a runner holds nobody's: under the next epoch none of its words count and no token works, while the lease goes on until
 * it can be sure that nothing runs any more. @returns how many there were
 */
export async function fenceLeasesOfRunner(tx: Database, workspaceId: string, runnerId: string): Promise<number> {
  const { numUpdatedRows } = await tx
    .updateTable('cloud_attempts')
    .set((by) => ({ epoch: by('epoch', '+', 1) }))
    .where('workspace_id', '=', workspaceId)
    .where('runner_id', '=', runnerId)
    .where('lease_until', 'is not', null)
    .executeTakeFirst();
  return Number(numUpdatedRows);
}

const live = ['queued', 'preparing', 'setting-up', 'working', 'finishing'] as const;

export interface EndFacts {
  ending: Ending;
  detail: string | null;
  sealedAnswer: string | null;
  usage: { cpuSeconds: number; peakMemoryMb: number; diskMb: number } | null;
  baseCommit: string | null;
  at: Date;
}

/** Ends what has not ended. `ifLease`: only under this one; `ifQueued`: only what no runner has. @returns what it was, or undefined */
export async function endAttemptRow(
  tx: Database,
  workspaceId: string,
  id: string,
  { ending, detail, sealedAnswer, usage, baseCommit, at }: EndFacts,
  { ifLease, ifQueued }: { ifLease?: Pick<LeaseRef, 'epoch'> & { runnerId?: string }; ifQueued?: boolean } = {},
) {
  return tx
    .updateTable('cloud_attempts')
    .set((by) => ({
      state: endings[ending].state,
      ending,
      detail,
      lease_until: null,
      finished_at: at,
      sealed_answer: sealedAnswer ?? by.ref('sealed_answer'),
      ...(usage ? { usage: JSON.stringify(usage) } : {}),
      base_commit: baseCommit ?? by.ref('base_commit'),
    }))
    .where('workspace_id', '=', workspaceId)
    .where('id', '=', id)
    .where('state', 'in', ifQueued ? ['queued'] : live)
    .$if(ifLease !== undefined, (query) =>
      query.where('epoch', '=', ifLease?.epoch ?? 0).where('lease_until', 'is not', null),
    )
    .$if(ifLease?.runnerId !== undefined, (query) => query.where('runner_id', '=', ifLease?.runnerId ?? ''))
    .returning(['id', 'task_id', 'member_id', 'environment_id', 'turn_number', 'placement', 'tries', 'runner_id'])
    .executeTakeFirst();
}

/** Of the task: what changed last, which is what makes it unread. */
export const touchTask = (tx: Database, workspaceId: string, { taskId, at }: { taskId: string; at: Date }) =>
  tx
    .updateTable('cloud_tasks')
    .set({ updated_at: at })
    .where('workspace_id', '=', workspaceId)
    .where('id', '=', taskId)
    .execute();

/** How an attempt ended under an epoch; undefined when it did not, or under another. */
export const findEnd = (db: Database, { workspaceId, runnerId, attemptId, epoch }: LeaseRef) =>
  db
    .selectFrom('cloud_attempts')
    .select(['ending', 'state'])
    .where('workspace_id', '=', workspaceId)
    .where('id', '=', attemptId)
    .where('runner_id', '=', runnerId)
    .where('epoch', '=', epoch)
    .where('ending', 'in', endingNames)
    .executeTakeFirst();

/** Asks for the end of what runs. False when it has ended, or was asked before. */
export async function askToCancel(tx: Database, workspaceId: string, id: string, at: Date): Promise<boolean> {
  const { numUpdatedRows } = await tx
    .updateTable('cloud_attempts')
    .set({ cancel_asked_at: at })
    .where('workspace_id', '=', workspaceId)
    .where('id', '=', id)
    .where('state', 'in', live)
    .where('cancel_asked_at', 'is', null)
    .executeTakeFirst();
  return numUpdatedRows > 0n;
}

/** What was not said stays as it is; the first model call is told once. */
export const updateProgress = (
  tx: Database,
  workspaceId: string,
  id: string,
  progress: {
    state: AttemptState;
    firstModelCallAt: Date | null;
    isFromCache: boolean | null;
    baseCommit: string | null;
  },
) =>
  tx
    .updateTable('cloud_attempts')
    .set((by) => ({
      state: progress.state,
      first_model_call_at: by.fn.coalesce('first_model_call_at', by.val(progress.firstModelCallAt)),
      is_from_cache: progress.isFromCache ?? by.ref('is_from_cache'),
      heard_epoch: by.ref('epoch'),
      base_commit: progress.baseCommit ?? by.ref('base_commit'),
    }))
    .where('workspace_id', '=', workspaceId)
    .where('id', '=', id)
    .execute();

/** True once for each epoch, and only before the agent begins. */
export async function takeSecrets(
  tx: Database,
  { workspaceId, runnerId, attemptId, epoch }: LeaseRef,
): Promise<boolean> {
  const { numUpdatedRows } = await tx
    .updateTable('cloud_attempts')
    .set({ secrets_epoch: epoch })
    .where('workspace_id', '=', workspaceId)
    .where('id', '=', attemptId)
    .where('runner_id', '=', runnerId)
    .where('epoch', '=', epoch)
    .where('lease_until', 'is not', null)
    .where('state', 'in', ['preparing', 'setting-up'])
    .where((by) => by.or([by('secrets_epoch', 'is', null), by('secrets_epoch', '<', epoch)]))
    .executeTakeFirst();
  return numUpdatedRows > 0n;
}

export const setDiff = (
  tx: Database,
  workspaceId: string,
  id: string,
  diff: { blob: string; isFinal: boolean; stats: { filesModified: number; linesAdded: number; linesRemoved: number } },
) =>
  tx
    .updateTable('cloud_attempts')
    .set({
      diff_blob: diff.blob,
      is_diff_final: diff.isFinal,
      files_modified: diff.stats.filesModified,
      lines_added: diff.stats.linesAdded,
      lines_removed: diff.stats.linesRemoved,
    })
    .where('workspace_id', '=', workspaceId)
    .where('id', '=', id)
    .execute();

export const setSession = (tx: Database, workspaceId: string, id: string, blob: string) =>
  tx
    .updateTable('cloud_attempts')
    .set({ session_blob: blob })
    .where('workspace_id', '=', workspaceId)
    .where('id', '=', id)
    .execute();

/** The lease that a runner holds of an attempt, whichever it is, with the repository it works on. */
export const findRunningLease = (
  db: Database,
  { workspaceId, runnerId, attemptId }: Pick<LeaseRef, 'workspaceId' | 'runnerId' | 'attemptId'>,
) =>
  db
    .selectFrom('cloud_attempts as a')
    .innerJoin('cloud_tasks as t', 't.id', 'a.task_id')
    .select(['a.epoch', 'a.member_id as memberId', 't.repository_id as repositoryId'])
    .where('a.workspace_id', '=', workspaceId)
    .where('a.id', '=', attemptId)
    .where('a.runner_id', '=', runnerId)
    .where('a.lease_until', 'is not', null)
    .executeTakeFirst();
