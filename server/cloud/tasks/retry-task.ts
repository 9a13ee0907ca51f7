import { record } from '#server/audit/index.ts';
import { refuseLostRace } from '#server/db/lost-race.ts';
import type { Database } from '#server/db/open-database.ts';
import { ReeveError } from '#server/fail.ts';
import type { Services } from '#server/services.ts';
import { needsOf } from '../environments/describe-job.ts';
import { listAttemptRows } from './attempt-queries.ts';
import { newestOfEachPlace } from './attempt-rows.ts';
import { requirePlaceOf } from './continue-task.ts';
import { lockTask, touchTask } from './queries.ts';
import { queueAttempts, tellOfQueued } from './queue-attempts.ts';
import { requireCloud, type TaskMember } from './task-member.ts';
import { subjectOf } from './task-subject.ts';
import { refuseWithoutFiles } from './what-is-refused.ts';

/**
 * Runs what failed or was cancelled in the newest turn again, each in its place: new attempts, so that what the former ones logged stays.
 * @throws ReeveError not-found, task-limit, cloud-off, bad-input where nothing failed, and what requireRepositoryAccess throws
 */
export async function retryTask(services: Services, by: TaskMember, id: string): Promise<void> {
  const { db, clock } = services;
  const { workspaceId } = by;
  const environment = await requirePlaceOf(services, by, id);
  const write = async (tx: Database) => {
    await requireCloud(tx, by);
    const task = await lockTask(tx, by, id);
    if (!task) throw new ReeveError('not-found');
    refuseWithoutFiles(task);
    const newest = newestOfEachPlace(await listAttemptRows(tx, workspaceId, id)).filter(
      ({ turn_number }) => turn_number === task.last_turn,
    );
    const placements = newest
      .filter(({ state }) => state === 'failed' || state === 'cancelled')
      .map(({ placement }) => placement);
    if (placements.length === 0) {
      const message = 'None of its attempts has failed, or they run again already.';
      throw new ReeveError('bad-input', { issues: [{ path: ['id'], message }] });
    }
    const at = clock();
    const turn = { taskId: id, environmentId: environment.id, turnNumber: task.last_turn };
    await queueAttempts(tx, by, { ...turn, placements, needs: needsOf(environment), at });
    await touchTask(tx, { workspaceId, id, at });
    const facts = { turn: task.last_turn, placements };
    await record(tx, by.actor, 'task.retried', { at, subject: subjectOf(task), ...facts });
  };
  await db.transaction().execute(write).catch(refuseLostRace);
  tellOfQueued(workspaceId);
}
