import type { Database } from '#server/db/open-database.ts';

const columns = ['id', 'attempt_id', 'path', 'side', 'line', 'sealed_text', 'sent_with_turn', 'created_at'] as const;

export const listCommentRows = (db: Database, workspaceId: string, taskId: string) =>
  db
    .selectFrom('cloud_comments')
    .select(columns)
    .where('workspace_id', '=', workspaceId)
    .where('task_id', '=', taskId)
    .orderBy('created_at')
    .orderBy('id')
    .execute();
export type CommentRow = Awaited<ReturnType<typeof listCommentRows>>[number];

export async function countComments(db: Database, workspaceId: string, taskId: string): Promise<number> {
  const { count } = await db
    .selectFrom('cloud_comments')
    .select((by) => by.fn.countAll<string>().as('count'))
    .where('workspace_id', '=', workspaceId)
    .where('task_id', '=', taskId)
    .executeTakeFirstOrThrow();
  return Number(count);
}

export interface NewCommentRow {
  id: string;
  taskId: string;
  attemptId: string;
  path: string;
  side: 'old' | 'new';
  line: number;
  sealedText: string;
  at: Date;
}

export const insertComment = (tx: Database, workspaceId: string, comment: NewCommentRow) =>
  tx
    .insertInto('cloud_comments')
    .values({
      id: comment.id,
      task_id: comment.taskId,
      attempt_id: comment.attemptId,
      workspace_id: workspaceId,
      path: comment.path,
      side: comment.side,
      line: comment.line,
      sealed_text: comment.sealedText,
      sent_with_turn: null,
      created_at: comment.at,
    })
    .execute();

/** One that was sent stays. */
export const deleteUnsentComment = (
  tx: Database,
  { workspaceId, taskId, id }: { workspaceId: string; taskId: string; id: string },
) =>
  tx
    .deleteFrom('cloud_comments')
    .where('workspace_id', '=', workspaceId)
    .where('task_id', '=', taskId)
    .where('id', '=', id)
    .where('sent_with_turn', 'is', null)
    .returning('id')
    .executeTakeFirst();

export const markSent = (
  tx: Database,
  {
    workspaceId,
    taskId,
    ids,
    turnNumber,
  }: { workspaceId: string; taskId: string; ids: readonly string[]; turnNumber: number },
) =>
  tx
    .updateTable('cloud_comments')
    .set({ sent_with_turn: turnNumber })
    .where('workspace_id', '=', workspaceId)
    .where('task_id', '=', taskId)
    .where('id', 'in', [...ids])
    .execute();
