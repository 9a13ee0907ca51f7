import type { Database } from '#server/db/open-database.ts';

/** Everything that a job is made of beside its environment. */
export const readJobFacts = (db: Database, workspaceId: string, attemptId: string) =>
  db
    .selectFrom('cloud_attempts as a')
    .innerJoin('cloud_tasks as t', 't.id', 'a.task_id')
    .innerJoin('cloud_turns as u', (join) =>
      join.onRef('u.task_id', '=', 'a.task_id').onRef('u.number', '=', 'a.turn_number'),
    )
    .leftJoin('cloud_attempts as f', 'f.id', 'u.follows_attempt_id')
    .select([
      'a.id as attemptId',
      'a.kind',
      'a.task_id as taskId',
      'a.member_id as memberId',
      'a.environment_id as environmentId',
      'a.turn_number as turnNumber',
      'a.placement',
      'u.mode',
      'u.sealed_prompt as sealedPrompt',
      'u.starting_diff_blob as startingDiff',
      't.repository_id as repositoryId',
      't.branch',
      'f.diff_blob as formerDiff',
      'f.session_blob as formerSession',
      'f.base_commit as formerCommit',
    ])
    .where('a.workspace_id', '=', workspaceId)
    .where('a.id', '=', attemptId)
    .executeTakeFirst();
export type JobFacts = NonNullable<Awaited<ReturnType<typeof readJobFacts>>>;

export const promptContext = (taskId: string, turnNumber: number): string =>
  `cloud_turns/${taskId}/${turnNumber}/prompt`;
