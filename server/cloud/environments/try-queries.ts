import type { AttemptNeeds } from '#server/db/cloud-tables.ts';
import type { Database } from '#server/db/open-database.ts';

const endedStates = ['completed', 'failed', 'cancelled'] as const;

const tries = (db: Database, workspaceId: string, memberId: string) =>
  db
    .selectFrom('cloud_attempts as a')
    .innerJoin('cloud_tasks as t', 't.id', 'a.task_id')
    .select([
      't.id as taskId',
      'a.id as attemptId',
      'a.environment_id as environmentId',
      't.environment_label as environmentLabel',
      'a.state',
      'a.ending',
      'a.detail',
      'a.needs',
      'a.claimed_at as startedAt',
      'a.finished_at as finishedAt',
    ])
    .where('a.workspace_id', '=', workspaceId)
    .where('a.member_id', '=', memberId)
    .where('a.kind', '=', 'try')
    .where('t.deleted_at', 'is', null);

export type TryRow = Awaited<ReturnType<ReturnType<typeof tries>['execute']>>[number];

export const findTry = (
  db: Database,
  workspaceId: string,
  { memberId, environmentId, id }: { memberId: string; environmentId: string; id: string },
): Promise<TryRow | undefined> =>
  tries(db, workspaceId, memberId)
    .where('t.id', '=', id)
    .where('a.environment_id', '=', environmentId)
    .executeTakeFirst();

/** The newest one of each environment. */
export const listLastTries = async (
  db: Database,
  workspaceId: string,
  { memberId, environmentIds }: { memberId: string; environmentIds: readonly string[] },
): Promise<TryRow[]> =>
  environmentIds.length === 0
    ? []
    : tries(db, workspaceId, memberId)
        .where('a.environment_id', 'in', [...environmentIds])
        .distinctOn('a.environment_id')
        .orderBy('a.environment_id')
        .orderBy('a.queued_at', 'desc')
        .orderBy('a.id', 'desc')
        .execute();

export const countRunningTries = async (
  db: Database,
  workspaceId: string,
  { memberId, environmentId }: { memberId: string; environmentId: string },
): Promise<number> => {
  const row = await db
    .selectFrom('cloud_attempts')
    .select(({ fn }) => fn.countAll<string>().as('count'))
    .where('workspace_id', '=', workspaceId)
    .where('member_id', '=', memberId)
    .where('environment_id', '=', environmentId)
    .where('kind', '=', 'try')
    .where('state', 'not in', [...endedStates])
    .executeTakeFirst();
  return Number(row?.count ?? 0);
};

export interface NewTry {
  taskId: string;
  attemptId: string;
  memberId: string;
  environmentId: string;
  environmentLabel: string;
  repository: { id: string; name: string; branch: string };
  sealedTitle: string;
  sealedPrompt: string;
  needs: AttemptNeeds;
  at: Date;
}

export async function insertTry(tx: Database, workspaceId: string, row: NewTry): Promise<void> {
  const { taskId, attemptId, memberId, environmentId, repository, at } = row;
  await tx
    .insertInto('cloud_tasks')
    .values({
      id: taskId,
      workspace_id: workspaceId,
      member_id: memberId,
      environment_id: environmentId,
      environment_label: row.environmentLabel,
      repository_id: repository.id,
      repository: repository.name,
      branch: repository.branch,
      mode: 'ask',
      source: 'try',
      sealed_title: row.sealedTitle,
      last_turn: 1,
      archived_at: null,
      read_at: at,
      created_at: at,
      updated_at: at,
      deleted_at: null,
    })
    .execute();
  await tx
    .insertInto('cloud_turns')
    .values({
      task_id: taskId,
      number: 1,
      workspace_id: workspaceId,
      sealed_prompt: row.sealedPrompt,
      mode: 'ask',
      follows_attempt_id: null,
      starting_diff_blob: null,
      created_at: at,
    })
    .execute();
  await tx
    .insertInto('cloud_attempts')
    .values({
      id: attemptId,
      task_id: taskId,
      workspace_id: workspaceId,
      member_id: memberId,
      environment_id: environmentId,
      turn_number: 1,
      placement: 0,
      kind: 'try',
      state: 'queued',
      needs: JSON.stringify(row.needs),
      queued_at: at,
    })
    .execute();
}

export const listUnended = async (tx: Database, workspaceId: string, environmentId: string): Promise<string[]> => {
  const rows = await tx
    .selectFrom('cloud_attempts')
    .select('id')
    .where('workspace_id', '=', workspaceId)
    .where('environment_id', '=', environmentId)
    .where('state', 'not in', [...endedStates])
    .where('cancel_asked_at', 'is', null)
    .orderBy('id')
    .execute();
  return rows.map(({ id }) => id);
};
