import { record } from '#server/audit/index.ts';
import { ReeveError } from '#server/fail.ts';
import type { Services } from '#server/services.ts';
import { tellChanged } from '../attempts/changes.ts';
import { cancelAttempt } from '../attempts/end-attempt.ts';
import { lockLiveAttempts } from './attempt-queries.ts';
import { readTaskRow } from './queries.ts';
import type { TaskMember } from './task-member.ts';
import { subjectOf } from './task-subject.ts';

/**
 * What waits ends at once; what runs is asked to, and its runner does with its next heartbeat. To cancel what has ended changes nothing.
 * Attempts are held before their task, as by whoever ends them.
 * @throws ReeveError not-found
 */
export async function cancelTask(
  { db, clock }: Pick<Services, 'db' | 'clock'>,
  by: Pick<TaskMember, 'workspaceId' | 'memberId' | 'actor'>,
  { id, attemptId }: { id: string; attemptId?: string | undefined },
): Promise<void> {
  const { workspaceId, actor } = by;
  const changed = await db.transaction().execute(async (tx) => {
    const task = await readTaskRow(tx, by, id);
    if (!task) throw new ReeveError('not-found');
    const live = await lockLiveAttempts(tx, workspaceId, id);
    const at = clock();
    const done = { ended: [] as string[], asked: [] as string[] };
    for (const attempt of live) {
      if (attemptId !== undefined && attempt.id !== attemptId) continue;
      const how = await cancelAttempt(tx, workspaceId, { attemptId: attempt.id, at, actor });
      if (how !== null) done[how].push(attempt.id);
    }
    const facts = { ended: done.ended.length, asked: done.asked.length };
    await record(tx, actor, 'task.cancelled', { at, subject: subjectOf(task), ...facts });
    return [...done.ended, ...done.asked];
  });
  tellChanged(workspaceId, changed);
}
