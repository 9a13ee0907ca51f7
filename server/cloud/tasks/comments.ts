import type { DiffComment } from '#contract/tasks.ts';
import { newId } from '#server/crypto/ids.ts';
import { ReeveError } from '#server/fail.ts';
import type { Services } from '#server/services.ts';
import { listAttemptRows } from './attempt-queries.ts';
import { countComments, deleteUnsentComment, insertComment } from './comment-queries.ts';
import { lockTask } from './queries.ts';
import { contentContext } from './task-content.ts';
import type { TaskMember } from './task-member.ts';

type NewComment = Pick<DiffComment, 'attemptId' | 'path' | 'side' | 'line' | 'text'> & { id: string };

/** Of one task, drafts and those that were sent: all are shown with it. */
export const mostComments = 1_000;

/** A draft until the turn with which it goes. @throws ReeveError not-found, attempt-not-found, comment-limit */
export async function addComment(
  { db, secrets, clock }: Pick<Services, 'db' | 'secrets' | 'clock'>,
  by: Pick<TaskMember, 'workspaceId' | 'memberId'>,
  { id: taskId, attemptId, path, side, line, text }: NewComment,
): Promise<DiffComment> {
  const id = newId('com');
  const sealedText = await secrets.seal(text, contentContext.comment(id));
  const at = clock();
  await db.transaction().execute(async (tx) => {
    if (!(await lockTask(tx, by, taskId))) throw new ReeveError('not-found');
    const attempts = await listAttemptRows(tx, by.workspaceId, taskId);
    if (!attempts.some((attempt) => attempt.id === attemptId)) throw new ReeveError('attempt-not-found');
    if ((await countComments(tx, by.workspaceId, taskId)) >= mostComments)
      throw new ReeveError('comment-limit', { mostComments });
    await insertComment(tx, by.workspaceId, { id, taskId, attemptId, path, side, line, sealedText, at });
  });
  return { id, attemptId, path, side, line, text, sentWithTurn: null, createdAt: at.toISOString() };
}

/** @throws ReeveError not-found, also of one that was sent */
export async function removeComment(
  { db }: Pick<Services, 'db'>,
  by: Pick<TaskMember, 'workspaceId' | 'memberId'>,
  { id: taskId, commentId }: { id: string; commentId: string },
): Promise<void> {
  await db.transaction().execute(async (tx) => {
    if (!(await lockTask(tx, by, taskId))) throw new ReeveError('not-found');
    const removed = await deleteUnsentComment(tx, { workspaceId: by.workspaceId, taskId, id: commentId });
    if (!removed) throw new ReeveError('not-found');
  });
}
