import { type Actor, record } from '#server/audit/index.ts';
import { refuseLostRace } from '#server/db/lost-race.ts';
import { shareHoldLock } from '#server/db/not-held.ts';
import type { Database } from '#server/db/open-database.ts';
import { ReeveError } from '#server/fail.ts';
import type { Services } from '#server/services.ts';
import { tellChanged } from '../attempts/changes.ts';
import { endAttempt } from '../attempts/end-attempt.ts';
import { lockLiveAttempts } from './attempt-queries.ts';
import { isTaskHeld } from './keeping-queries.ts';
import { deleteTaskRow, listBlobsOf, listTaskIdsOf, lockAnyTask } from './queries.ts';
import { subjectOf } from './task-subject.ts';

type DeleteServices = Pick<Services, 'db' | 'blobs' | 'clock'>;

interface TaskRef {
  workspaceId: string;
  taskId: string;
}

/** In the caller's transaction. @returns the attempts that ended with it, or null: there is no such task */
async function deleteTaskIn(
  tx: Database,
  { blobs, clock }: DeleteServices,
  actor: Actor,
  { workspaceId, taskId }: TaskRef,
): Promise<string[] | null> {
  const at = clock();
  const ended = await endAll(tx, actor, { workspaceId, taskId, at });
  const task = await lockAnyTask(tx, workspaceId, taskId);
  if (!task) return null;
  if (await isTaskHeld(tx, workspaceId, taskId)) throw new ReeveError('on-hold');
  // What was queued before the task was held.
  ended.push(...(await endAll(tx, actor, { workspaceId, taskId, at })));
  const names = await listBlobsOf(tx, workspaceId, taskId);
  for (const name of names) await blobs.forget(tx, name);
  await deleteTaskRow(tx, workspaceId, taskId);
  await record(tx, actor, 'task.deleted', { at, subject: subjectOf(task), files: names.length });
  return ended;
}

/**
 * Deletes a task of anybody in the workspace with everything in it: prompts, logs, answers, diffs, kept sessions. What runs loses its
 * lease. From the commit on no copy of its files can be read.
 * @throws ReeveError not-found, on-hold; conflict when something of it changed at the same moment
 */
export async function deleteTask(services: DeleteServices, actor: Actor, ref: TaskRef): Promise<void> {
  const write = async (tx: Database) => {
    await shareHoldLock(tx);
    const ended = await deleteTaskIn(tx, services, actor, ref);
    if (!ended) throw new ReeveError('not-found');
    return ended;
  };
  tellChanged(ref.workspaceId, await services.db.transaction().execute(write).catch(refuseLostRace));
}

/**
 * Tasks that somebody gave, tries of environments too, in the transaction of whoever erases them; also of those who are gone.
 * @returns how many went; fewer than `limit`: none is left
 */
export async function eraseTasksOf(
  tx: Database,
  services: DeleteServices,
  actor: Actor,
  { workspaceId, memberId, limit }: { workspaceId: string; memberId: string; limit: number },
): Promise<number> {
  const ids = await listTaskIdsOf(tx, { workspaceId, memberId }, limit);
  for (const taskId of ids) await deleteTaskIn(tx, services, actor, { workspaceId, taskId });
  return ids.length;
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
