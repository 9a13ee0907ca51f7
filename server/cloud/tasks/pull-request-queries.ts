import { sql } from 'kysely';
import type { PullRequest } from '#contract/tasks.ts';
import type { Database } from '#server/db/open-database.ts';

const columns = [
  'id',
  'task_id',
  'attempt_id',
  'repository_id',
  'number',
  'url',
  'branch',
  'base',
  'state',
  'head_sha',
  'created_at',
  'updated_at',
  'checked_at',
] as const;

/** Of these tasks, oldest first. */
export const listPullRequestRows = async (db: Database, workspaceId: string, taskIds: readonly string[]) =>
  taskIds.length === 0
    ? []
    : db
        .selectFrom('cloud_pull_requests')
        .select(columns)
        .where('workspace_id', '=', workspaceId)
        .where('task_id', 'in', [...taskIds])
        .orderBy('created_at')
        .orderBy('id')
        .execute();
export const listByNumber = (db: Database, workspaceId: string, number: number) =>
  db
    .selectFrom('cloud_pull_requests')
    .select(['id', 'task_id', 'repository_id', 'number'])
    .where('workspace_id', '=', workspaceId)
    .where('number', '=', number)
    .where('state', '<>', 'merged')
    .execute();

export type PullRequestRow = Awaited<ReturnType<typeof listPullRequestRows>>[number];

export const pullRequestOf = (row: PullRequestRow): PullRequest => ({
  id: row.id,
  number: row.number,
  url: row.url,
  branch: row.branch,
  state: row.state,
  headSha: row.head_sha,
  attemptId: row.attempt_id,
  createdAt: row.created_at.toISOString(),
  updatedAt: row.updated_at.toISOString(),
});

export const insertPullRequest = (tx: Database, workspaceId: string, row: PullRequestRow) =>
  tx
    .insertInto('cloud_pull_requests')
    .values({ ...row, workspace_id: workspaceId })
    .execute();

/** As a new push left it; what was merged between the push and this stays merged. */
export const updatePushed = (
  tx: Database,
  workspaceId: string,
  row: Pick<PullRequestRow, 'id' | 'attempt_id' | 'number' | 'url' | 'state' | 'head_sha' | 'updated_at'>,
) =>
  tx
    .updateTable('cloud_pull_requests')
    .set({
      ...row,
      state: sql<
        PullRequest['state']
      >`case when number = ${row.number} and state = 'merged' then state else ${row.state} end`,
      checked_at: row.updated_at,
    })
    .where('workspace_id', '=', workspaceId)
    .where('id', '=', row.id)
    .execute();

/** One process at a time asks the git server. @returns whether it is this one */
export async function claimCheck(
  db: Database,
  { workspaceId, id, now, notSince }: { workspaceId: string; id: string; now: Date; notSince: Date },
): Promise<boolean> {
  const row = await db
    .updateTable('cloud_pull_requests')
    .set({ checked_at: now })
    .where('workspace_id', '=', workspaceId)
    .where('id', '=', id)
    .where('checked_at', '<=', notSince)
    .returning('id')
    .executeTakeFirst();
  return row !== undefined;
}

export interface PullRequestNews {
  state: PullRequest['state'];
  headSha: string;
  /** When the git server says that it became so. */
  updatedAt: Date;
  askedAt: Date;
}

/** An answer changes nothing when somebody asked later, or published since; what was merged stays so. */
export const storeNews = (
  db: Database,
  workspaceId: string,
  pull: { repositoryId: string; number: number },
  { state, headSha, updatedAt, askedAt }: PullRequestNews,
) =>
  db
    .updateTable('cloud_pull_requests')
    .set({ state, head_sha: headSha, updated_at: updatedAt, checked_at: askedAt })
    .where('workspace_id', '=', workspaceId)
    .where('repository_id', '=', pull.repositoryId)
    .where('number', '=', pull.number)
    .where('checked_at', '<=', askedAt)
    .where('state', '<>', 'merged')
    .execute();
