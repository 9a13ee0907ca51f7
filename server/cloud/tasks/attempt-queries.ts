import { type SqlBool, sql } from 'kysely';
import type { AttemptNeeds } from '#server/db/cloud-tables.ts';
import type { Database } from '#server/db/open-database.ts';
import { liveStates } from './attempt-rows.ts';
import type { Owner } from './queries.ts';

const columns = [
  'a.id',
  'a.task_id',
  'a.member_id',
  'a.environment_id',
  'a.turn_number',
  'a.placement',
  'a.kind',
  'a.state',
  'a.ending',
  'a.detail',
  'a.sealed_answer',
  'a.tries',
  'a.losses',
  'a.driver',
  'a.cancel_asked_at',
  'a.base_commit',
  'a.diff_blob',
  'a.is_diff_final',
  'a.files_modified',
  'a.lines_added',
  'a.lines_removed',
  'a.session_blob',
  'a.is_from_cache',
  'a.queued_at',
  'a.claimed_at',
  'a.finished_at',
  'a.egress_left_out',
] as const;

const attempts = (db: Database, workspaceId: string) =>
  db
    .selectFrom('cloud_attempts as a')
    .leftJoin('cloud_runners as r', (join) =>
      join.onRef('r.id', '=', 'a.runner_id').onRef('r.workspace_id', '=', 'a.workspace_id'),
    )
    .select(columns)
    // The row of a removed runner goes after a while.
    .select((by) => by.fn.coalesce('r.name', 'a.runner_name').as('runnerName'))
    .where('a.workspace_id', '=', workspaceId);

/** All of a task, retried ones too, in the order in which they were queued. */
export const listAttemptRows = (db: Database, workspaceId: string, taskId: string) =>
  attempts(db, workspaceId).where('a.task_id', '=', taskId).orderBy('a.queued_at').orderBy('a.id').execute();
export type AttemptRow = Awaited<ReturnType<typeof listAttemptRows>>[number];

/** Of the newest turn of each task. */
export const listNewestAttempts = async (
  db: Database,
  workspaceId: string,
  taskIds: readonly string[],
): Promise<AttemptRow[]> =>
  taskIds.length === 0
    ? []
    : attempts(db, workspaceId)
        .innerJoin('cloud_tasks as t', (join) =>
          join.onRef('t.id', '=', 'a.task_id').onRef('t.last_turn', '=', 'a.turn_number'),
        )
        .where('a.task_id', 'in', [...taskIds])
        .orderBy('a.queued_at')
        .orderBy('a.id')
        .execute();

/** An attempt of a task, or of a try, that is the member's own; null for one who is not active any more. */
export const readOwnAttempt = (db: Database, { workspaceId, memberId }: Owner, attemptId: string) =>
  attempts(db, workspaceId)
    .innerJoin('members as m', (join) =>
      join.onRef('m.id', '=', 'a.member_id').onRef('m.workspace_id', '=', 'a.workspace_id'),
    )
    .where('m.status', '=', 'active')
    .where('a.member_id', '=', memberId)
    .where('a.id', '=', attemptId)
    .executeTakeFirst();

export interface NewAttemptRow {
  id: string;
  taskId: string;
  environmentId: string;
  turnNumber: number;
  placement: number;
  needs: AttemptNeeds;
  at: Date;
}

export const insertAttempts = (tx: Database, { workspaceId, memberId }: Owner, rows: readonly NewAttemptRow[]) =>
  tx
    .insertInto('cloud_attempts')
    .values(
      rows.map((row) => ({
        id: row.id,
        task_id: row.taskId,
        workspace_id: workspaceId,
        member_id: memberId,
        environment_id: row.environmentId,
        turn_number: row.turnNumber,
        placement: row.placement,
        state: 'queued' as const,
        ending: null,
        detail: null,
        sealed_answer: null,
        runner_id: null,
        driver: null,
        lease_until: null,
        cancel_asked_at: null,
        base_commit: null,
        diff_blob: null,
        files_modified: null,
        lines_added: null,
        lines_removed: null,
        session_blob: null,
        is_from_cache: null,
        needs: JSON.stringify(row.needs),
        usage: null,
        queued_at: row.at,
        claimed_at: null,
        first_model_call_at: null,
        finished_at: null,
      })),
    )
    .execute();

/** What a cancel finds: held, so that no runner takes one of them meanwhile. */
export const lockLiveAttempts = (tx: Database, workspaceId: string, taskId: string) =>
  tx
    .selectFrom('cloud_attempts')
    .select('id')
    .where('workspace_id', '=', workspaceId)
    .where('task_id', '=', taskId)
    .where('state', 'in', [...liveStates])
    .orderBy('id')
    .forUpdate()
    .execute();

/** The same of every try of an environment. */
export const lockLiveAttemptsOfTries = async (
  tx: Database,
  workspaceId: string,
  environmentId: string,
): Promise<string[]> => {
  const rows = await tx
    .selectFrom('cloud_attempts')
    .select('id')
    .where('workspace_id', '=', workspaceId)
    .where('environment_id', '=', environmentId)
    .where('kind', '=', 'try')
    .where('state', 'in', [...liveStates])
    .orderBy('id')
    .forUpdate()
    .execute();
  return rows.map(({ id }) => id);
};

/** How many of the workspace were queued before each of these, and itself. */
export async function readQueuePositions(
  db: Database,
  workspaceId: string,
  ids: readonly string[],
): Promise<Map<string, number>> {
  if (ids.length === 0) return new Map();
  const { rows } = await sql<{ id: string; position: number }>`
    select a.id, (
      select count(*)::integer from cloud_attempts b
      where b.workspace_id = ${workspaceId} and b.state = 'queued' and (b.queued_at, b.id) <= (a.queued_at, a.id)
    ) as position
    from cloud_attempts a
    where a.workspace_id = ${workspaceId} and a.state = 'queued' and a.id in (${sql.join(ids)})`.execute(db);
  return new Map(rows.map(({ id, position }) => [id, position]));
}

export const listLogRows = (
  db: Database,
  workspaceId: string,
  { attemptId, after, limit }: { attemptId: string; after: number; limit: number },
) =>
  db
    .selectFrom('cloud_log')
    .select(['seq', 'at', 'kind', 'phase', 'item', 'exit_code', 'sealed_text'])
    .where('workspace_id', '=', workspaceId)
    .where('attempt_id', '=', attemptId)
    .where('seq', '>', after)
    .orderBy('seq')
    .limit(limit)
    .execute();

/** That the rules changed is no request. */
const isRefusal = sql<SqlBool>`not is_allowed and rule <> 'made-stricter'`;

export function listEgressRows(
  db: Database,
  workspaceId: string,
  {
    attemptId,
    only,
    after,
    limit,
  }: { attemptId: string; only: 'all' | 'refused'; after: { at: Date; id: string } | null; limit: number },
) {
  let rows = db
    .selectFrom('cloud_egress')
    .selectAll()
    .where('workspace_id', '=', workspaceId)
    .where('attempt_id', '=', attemptId);
  if (only === 'refused') rows = rows.where(isRefusal);
  if (after) rows = rows.where(sql<boolean>`(at, id) > (${after.at}, ${after.id})`);
  return rows.orderBy('at').orderBy('id').limit(limit).execute();
}

export const countEgress = (db: Database, workspaceId: string, attemptId: string) =>
  db
    .selectFrom('cloud_egress')
    .select([
      sql<number>`count(*) filter (where is_allowed)::integer`.as('allowed'),
      sql<number>`count(*) filter (where ${isRefusal})::integer`.as('refused'),
    ])
    .where('workspace_id', '=', workspaceId)
    .where('attempt_id', '=', attemptId)
    .executeTakeFirstOrThrow();
