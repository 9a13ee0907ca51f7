import { sql } from 'kysely';
import type { TaskSummary } from '#contract/tasks.ts';
import type { Database } from '#server/db/open-database.ts';

export interface Owner {
  workspaceId: string;
  memberId: string;
}

const columns = [
  't.id',
  't.member_id',
  't.environment_id',
  't.environment_label',
  't.repository_id',
  't.repository',
  't.branch',
  't.mode',
  't.source',
  't.sealed_title',
  't.last_turn',
  't.archived_at',
  't.read_at',
  't.created_at',
  't.updated_at',
  't.files_gone_at',
] as const;

/** Tries of an environment are no tasks of anybody. */
export const tasksOf = (db: Database, workspaceId: string) =>
  db
    .selectFrom('cloud_tasks as t')
    .select(columns)
    .where('t.workspace_id', '=', workspaceId)
    .where('t.source', '<>', 'try')
    .where('t.deleted_at', 'is', null);

export const readTaskRow = (db: Database, { workspaceId, memberId }: Owner, id: string) =>
  tasksOf(db, workspaceId).where('t.member_id', '=', memberId).where('t.id', '=', id).executeTakeFirst();
export type TaskRow = NonNullable<Awaited<ReturnType<typeof readTaskRow>>>;

/** Whoever changes a task waits here for whoever else does. */
export const lockTask = (tx: Database, { workspaceId, memberId }: Owner, id: string) =>
  tasksOf(tx, workspaceId)
    .where('t.member_id', '=', memberId)
    .where('t.id', '=', id)
    .forNoKeyUpdate()
    .executeTakeFirst();

/** Whosever they are: for those who keep watch over the workspace. */
export const readAnyTaskRow = (db: Database, workspaceId: string, id: string) =>
  tasksOf(db, workspaceId).where('t.id', '=', id).executeTakeFirst();

export function listAnyTaskRows(
  db: Database,
  workspaceId: string,
  { after, limit }: { after: { at: Date; id: string } | null; limit: number },
): Promise<TaskRow[]> {
  let rows = tasksOf(db, workspaceId);
  if (after) rows = rows.where(sql<boolean>`(t.updated_at, t.id) < (${after.at}, ${after.id})`);
  return rows.orderBy('t.updated_at', 'desc').orderBy('t.id', 'desc').limit(limit).execute();
}

/** Whosever it is, tries too: for those who delete. */
export const lockAnyTask = (tx: Database, workspaceId: string, id: string) =>
  tx
    .selectFrom('cloud_tasks as t')
    .select(columns)
    .where('t.workspace_id', '=', workspaceId)
    .where('t.id', '=', id)
    .where('t.deleted_at', 'is', null)
    .forUpdate()
    .executeTakeFirst();

/** Of whoever gave them, whether they are here still or not. */
const tasksGivenBy = (db: Database, { workspaceId, memberId }: Owner) =>
  db
    .selectFrom('cloud_tasks as t')
    .select('t.id')
    .where('t.workspace_id', '=', workspaceId)
    .where((by) =>
      by.or([
        by('t.member_id', '=', memberId),
        by.exists(
          by
            .selectFrom('cloud_attempts as a')
            .select('a.id')
            .whereRef('a.task_id', '=', 't.id')
            .where('a.member_id', '=', memberId),
        ),
      ]),
    );

export const listTaskIdsOf = async (db: Database, owner: Owner, limit: number): Promise<string[]> => {
  const rows = await tasksGivenBy(db, owner).orderBy('t.id').limit(limit).execute();
  return rows.map(({ id }) => id);
};

/** Tries of environments too. */
export const countTasksOf = async (db: Database, owner: Owner): Promise<number> =>
  (await tasksGivenBy(db, owner).execute()).length;

export interface NewTaskRow {
  id: string;
  environmentId: string;
  environmentLabel: string;
  repositoryId: string;
  repository: string;
  branch: string;
  mode: 'ask' | 'code';
  source: TaskSummary['source'];
  sealedTitle: string;
  at: Date;
}

export const insertTask = (tx: Database, { workspaceId, memberId }: Owner, task: NewTaskRow) =>
  tx
    .insertInto('cloud_tasks')
    .values({
      id: task.id,
      workspace_id: workspaceId,
      member_id: memberId,
      environment_id: task.environmentId,
      environment_label: task.environmentLabel,
      repository_id: task.repositoryId,
      repository: task.repository,
      branch: task.branch,
      mode: task.mode,
      source: task.source,
      sealed_title: task.sealedTitle,
      last_turn: 0,
      archived_at: null,
      read_at: task.at,
      created_at: task.at,
      updated_at: task.at,
      deleted_at: null,
    })
    .execute();

export interface NewTurnRow {
  taskId: string;
  number: number;
  sealedPrompt: string;
  mode: 'ask' | 'code';
  followsAttemptId: string | null;
  startingDiffBlob: string | null;
  comments: number;
  at: Date;
}

/** The task goes on: it is seen, current, and its newest turn is this one. */
export async function insertTurn(tx: Database, workspaceId: string, turn: NewTurnRow): Promise<void> {
  await tx
    .insertInto('cloud_turns')
    .values({
      task_id: turn.taskId,
      number: turn.number,
      workspace_id: workspaceId,
      sealed_prompt: turn.sealedPrompt,
      mode: turn.mode,
      follows_attempt_id: turn.followsAttemptId,
      starting_diff_blob: turn.startingDiffBlob,
      comments: turn.comments,
      created_at: turn.at,
    })
    .execute();
  await tx
    .updateTable('cloud_tasks')
    .set({ last_turn: turn.number, mode: turn.mode, archived_at: null, read_at: turn.at, updated_at: turn.at })
    .where('workspace_id', '=', workspaceId)
    .where('id', '=', turn.taskId)
    .execute();
}

export const listTurnRows = (db: Database, workspaceId: string, taskId: string) =>
  db
    .selectFrom('cloud_turns')
    .select(['number', 'sealed_prompt', 'mode', 'follows_attempt_id', 'starting_diff_blob', 'comments', 'created_at'])
    .where('workspace_id', '=', workspaceId)
    .where('task_id', '=', taskId)
    .orderBy('number')
    .execute();

export const setArchived = (
  tx: Database,
  { workspaceId, id, archivedAt }: { workspaceId: string; id: string; archivedAt: Date | null },
) =>
  tx
    .updateTable('cloud_tasks')
    .set({ archived_at: archivedAt })
    .where('workspace_id', '=', workspaceId)
    .where('id', '=', id)
    .execute();

export const setRead = (db: Database, { workspaceId, memberId }: Owner, { id, at }: { id: string; at: Date }) =>
  db
    .updateTable('cloud_tasks')
    .set({ read_at: at })
    .where('workspace_id', '=', workspaceId)
    .where('member_id', '=', memberId)
    .where('id', '=', id)
    .where('deleted_at', 'is', null)
    .returning('id')
    .executeTakeFirst();

export const touchTask = (tx: Database, { workspaceId, id, at }: { workspaceId: string; id: string; at: Date }) =>
  tx
    .updateTable('cloud_tasks')
    .set({ updated_at: at })
    .where('workspace_id', '=', workspaceId)
    .where('id', '=', id)
    .execute();

/** Nobody else publishes until then. @returns whether it was free */
export async function claimPublishing(
  db: Database,
  { workspaceId, id, now, until }: { workspaceId: string; id: string; now: Date; until: Date },
): Promise<boolean> {
  const row = await db
    .updateTable('cloud_tasks')
    .set({ publishing_until: until })
    .where('workspace_id', '=', workspaceId)
    .where('id', '=', id)
    .where((by) => by.or([by('publishing_until', 'is', null), by('publishing_until', '<=', now)]))
    .returning('id')
    .executeTakeFirst();
  return row !== undefined;
}

/** By whoever has it. @returns false when it is another's by now */
export async function extendPublishing(
  db: Database,
  { workspaceId, id, until, next }: { workspaceId: string; id: string; until: Date; next: Date },
): Promise<boolean> {
  const { numUpdatedRows } = await db
    .updateTable('cloud_tasks')
    .set({ publishing_until: next })
    .where('workspace_id', '=', workspaceId)
    .where('id', '=', id)
    .where('publishing_until', '=', until)
    .executeTakeFirst();
  return numUpdatedRows > 0n;
}

/** Only by whoever has it: one that took too long has lost it to the next. */
export const freePublishing = (
  db: Database,
  { workspaceId, id, until }: { workspaceId: string; id: string; until: Date },
) =>
  db
    .updateTable('cloud_tasks')
    .set({ publishing_until: null })
    .where('workspace_id', '=', workspaceId)
    .where('id', '=', id)
    .where('publishing_until', '=', until)
    .execute();

/** Every file that belongs to the task. */
export async function listBlobsOf(tx: Database, workspaceId: string, taskId: string): Promise<string[]> {
  const turns = await tx
    .selectFrom('cloud_turns')
    .select('starting_diff_blob')
    .where('workspace_id', '=', workspaceId)
    .where('task_id', '=', taskId)
    .execute();
  const attempts = await tx
    .selectFrom('cloud_attempts')
    .select(['diff_blob', 'session_blob'])
    .where('workspace_id', '=', workspaceId)
    .where('task_id', '=', taskId)
    .execute();
  const names = [
    ...turns.map((turn) => turn.starting_diff_blob),
    ...attempts.flatMap(({ diff_blob, session_blob }) => [diff_blob, session_blob]),
  ];
  return [...new Set(names.filter((name) => name !== null))];
}

export const deleteTaskRow = (tx: Database, workspaceId: string, id: string) =>
  tx.deleteFrom('cloud_tasks').where('workspace_id', '=', workspaceId).where('id', '=', id).execute();
