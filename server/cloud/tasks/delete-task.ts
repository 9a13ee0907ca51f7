import { type Actor, record } from '#server/audit/index.ts';
import { shareHoldLock } from '#server/db/not-held.ts';
import { ReeveError } from '#server/fail.ts';
import type { Services } from '#server/services.ts';
import { attemptChanges } from '../attempts/changes.ts';
import { lockLiveAttempts } from './attempt-queries.ts';
import { endAttempt } from './neighbours.ts';
import { deleteTaskRow, isOnHold, listBlobsOf, lockAnyTask } from './queries.ts';
import { subjectOf } from './task-subject.ts';

/**
 * Deletes a task of anybody in the workspace with everything in it: prompts, logs, answers, diffs, kept sessions. What runs loses its
 * lease. From the commit on no copy of its files can be read.
 * @throws ReeveError not-found, on-hold
 */
export async function deleteTask(
  { db, blobs, clock }: Pick<Services, 'db' | 'blobs' | 'clock'>,
  actor: Actor,
  { workspaceId, taskId }: { workspaceId: string; taskId: string },
): Promise<void> {
  const ended = await db.transaction().execute(async (tx) => {
    await shareHoldLock(tx);
    const task = await lockAnyTask(tx, workspaceId, taskId);
    if (!task) throw new ReeveError('not-found');
    if (task.member_id !== null && (await isOnHold(tx, workspaceId, task.member_id))) throw new ReeveError('on-hold');
    const at = clock();
    const live = await lockLiveAttempts(tx, workspaceId, taskId);
    for (const { id } of live)
      await endAttempt(tx, { workspaceId, attemptId: id, ending: 'cancelled', detail: null, at });
    const names = await listBlobsOf(tx, workspaceId, taskId);
    for (const name of names) await blobs.forget(tx, name);
    await deleteTaskRow(tx, workspaceId, taskId);
    await record(tx, actor, 'task.deleted', { at, subject: subjectOf(task), files: names.length });
    return live;
  });
  for (const { id } of ended) attemptChanges.emit('changed', { attemptId: id });
}
