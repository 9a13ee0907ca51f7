import { type Actor, record } from '#server/audit/index.ts';
import { refuseLostRace } from '#server/db/lost-race.ts';
import { shareHoldLock } from '#server/db/not-held.ts';
import type { Database } from '#server/db/open-database.ts';
import { ReeveError } from '#server/fail.ts';
import type { Services } from '#server/services.ts';
import { tellChanged } from '../attempts/changes.ts';
import { endAttempt } from '../attempts/end-attempt.ts';
import { lockLiveAttempts } from './attempt-queries.ts';
import { deleteTaskRow, isOnHold, listBlobsOf, lockAnyTask } from './queries.ts';
import { subjectOf } from './task-subject.ts';

/**
 * Deletes a task of anybody in the workspace with everything in it: prompts, logs, answers, diffs, kept sessions. What runs loses its
 * lease. From the commit on no copy of its files can be read.
 * @throws ReeveError not-found, on-hold; conflict when something of it changed at the same moment
 */
export async function deleteTask(
  { db, blobs, clock }: Pick<Services, 'db' | 'blobs' | 'clock'>,
  actor: Actor,
  { workspaceId, taskId }: { workspaceId: string; taskId: string },
): Promise<void> {
  const write = async (tx: Database) => {
    await shareHoldLock(tx);
    const at = clock();
    const ended = await endAll(tx, actor, { workspaceId, taskId, at });
    const task = await lockAnyTask(tx, workspaceId, taskId);
    if (!task) throw new ReeveError('not-found');
    if (task.member_id !== null && (await isOnHold(tx, workspaceId, task.member_id))) throw new ReeveError('on-hold');
    // What was queued before the task was held.
    ended.push(...(await endAll(tx, actor, { workspaceId, taskId, at })));
    const names = await listBlobsOf(tx, workspaceId, taskId);
    for (const name of names) await blobs.forget(tx, name);
    await deleteTaskRow(tx, workspaceId, taskId);
    await record(tx, actor, 'task.deleted', { at, subject: subjectOf(task), files: names.length });
    return ended;
  };
  tellChanged(workspaceId, await db.transaction().execute(write).catch(refuseLostRace));
}

/** Attempts are held before their task, as by whoever ends them. */
async function endAll(
  tx: Database,
  actor: Actor,
  { workspaceId, taskId, at }: { workspaceId: string; taskId: string; at: Date },
): Promise<string[]> {
  const live = await lockLiveAttempts(tx, workspaceId, taskId);
  for (const { id } of live) await endAttempt(tx, { workspaceId, attemptId: id, ending: 'cancelled', at, actor });
  return live.map(({ id }) => id);
}
