import { record } from '#server/audit/index.ts';
import { refuseLostRace } from '#server/db/lost-race.ts';
import type { Database } from '#server/db/open-database.ts';
import { ReeveError } from '#server/fail.ts';
import type { Services } from '#server/services.ts';
import { attemptChanges } from '../attempts/changes.ts';
import { askToCancel, lockLiveAttempts } from './attempt-queries.ts';
import { endAttempt } from './neighbours.ts';
import { lockTask, touchTask } from './queries.ts';
import type { TaskMember } from './task-member.ts';
import { subjectOf } from './task-subject.ts';

/**
 * What waits ends at once; what runs is asked to, and its runner does with its next heartbeat. To cancel what has ended changes nothing.
 * @throws ReeveError not-found, attempt-not-found
 */
export async function cancelTask(
  { db, clock }: Pick<Services, 'db' | 'clock'>,
  by: Pick<TaskMember, 'workspaceId' | 'memberId' | 'actor'>,
  { id, attemptId }: { id: string; attemptId?: string | undefined },
): Promise<void> {
  const { workspaceId } = by;
  const write = async (tx: Database) => {
    const task = await lockTask(tx, by, id);
    if (!task) throw new ReeveError('not-found');
    const live = await lockLiveAttempts(tx, workspaceId, id);
    const chosen = live.filter((attempt) => attemptId === undefined || attempt.id === attemptId);
    const at = clock();
    const waiting = chosen.filter(({ state }) => state === 'queued').map((attempt) => attempt.id);
    const running = chosen
      .filter(({ state, cancel_asked_at }) => state !== 'queued' && cancel_asked_at === null)
      .map((attempt) => attempt.id);
    for (const waitingId of waiting)
      await endAttempt(tx, { workspaceId, attemptId: waitingId, ending: 'cancelled', detail: null, at });
    if (running.length > 0) await askToCancel(tx, { workspaceId, ids: running, at });
    await touchTask(tx, { workspaceId, id, at });
    const facts = { waiting: waiting.length, running: running.length };
    await record(tx, by.actor, 'task.cancelled', { at, subject: subjectOf(task), ...facts });
    return [...waiting, ...running];
  };
  const changed = await db.transaction().execute(write).catch(refuseLostRace);
  for (const changedId of changed) attemptChanges.emit('changed', { attemptId: changedId });
}
