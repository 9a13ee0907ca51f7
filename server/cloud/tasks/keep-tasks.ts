import { record } from '#server/audit/index.ts';
import { ReeveError } from '#server/fail.ts';
import type { Services } from '#server/services.ts';
import { lockTask, setArchived, setRead } from './queries.ts';
import type { TaskMember } from './task-member.ts';
import { subjectOf } from './task-subject.ts';

/** @throws ReeveError not-found */
export async function archiveTask(
  { db, clock }: Pick<Services, 'db' | 'clock'>,
  by: Pick<TaskMember, 'workspaceId' | 'memberId' | 'actor'>,
  { id, isArchived }: { id: string; isArchived: boolean },
): Promise<void> {
  const { workspaceId } = by;
  await db.transaction().execute(async (tx) => {
    const task = await lockTask(tx, by, id);
    if (!task) throw new ReeveError('not-found');
    const at = clock();
    const archivedAt = isArchived ? (task.archived_at ?? at) : null;
    await setArchived(tx, { workspaceId, id, archivedAt });
    await record(tx, by.actor, 'task.archived', { at, subject: subjectOf(task), isArchived });
  });
}

/** @throws ReeveError not-found */
export async function markTaskRead(
  { db, clock }: Pick<Services, 'db' | 'clock'>,
  by: Pick<TaskMember, 'workspaceId' | 'memberId'>,
  id: string,
): Promise<void> {
  if (!(await setRead(db, by, { id, at: clock() }))) throw new ReeveError('not-found');
}
