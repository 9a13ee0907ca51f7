import { type SqlBool, sql } from 'kysely';
import type { TaskStatus } from '#contract/tasks.ts';
import type { Database } from '#server/db/open-database.ts';
import { furthestFirst } from './attempt-rows.ts';
import { type Owner, type TaskRow, tasksOf } from './queries.ts';

/** The state that stands for the newest turn of task `t`, as `furthestOf` finds it. */
const furthestState = sql<string>`coalesce((
  select p.state from (
    select distinct on (a.placement) a.placement, a.state from cloud_attempts a
    where a.task_id = t.id and a.workspace_id = t.workspace_id and a.turn_number = t.last_turn
    order by a.placement, a.queued_at desc, a.id desc
  ) p order by array_position(${sql.val([...furthestFirst])}::text[], p.state), p.placement limit 1
), 'queued')`;

const isPublished = sql<SqlBool>`exists (
  select 1 from cloud_pull_requests p where p.task_id = t.id and p.workspace_id = t.workspace_id and p.state <> 'closed')`;

const statuses: Record<TaskStatus, ReturnType<typeof sql<SqlBool>>> = {
  pending: sql<SqlBool>`${furthestState} not in ('completed', 'failed', 'cancelled')`,
  applied: sql<SqlBool>`${isPublished} and ${furthestState} in ('completed', 'failed', 'cancelled')`,
  ready: sql<SqlBool>`not ${isPublished} and ${furthestState} = 'completed'`,
  error: sql<SqlBool>`not ${isPublished} and ${furthestState} in ('failed', 'cancelled')`,
};
const hasStatus = (status: TaskStatus) => statuses[status];

export interface ListedTasks {
  show: 'current' | 'archived' | 'all';
  environmentId?: string | undefined;
  status?: TaskStatus | undefined;
  after: { at: Date; id: string } | null;
  limit: number;
}

export function listTaskRows(
  db: Database,
  { workspaceId, memberId }: Owner,
  { show, environmentId, status, after, limit }: ListedTasks,
): Promise<TaskRow[]> {
  let rows = tasksOf(db, workspaceId).where('t.member_id', '=', memberId);
  if (show !== 'all') rows = rows.where('t.archived_at', show === 'archived' ? 'is not' : 'is', null);
  if (environmentId !== undefined) rows = rows.where('t.environment_id', '=', environmentId);
  if (status !== undefined) rows = rows.where(hasStatus(status));
  if (after) rows = rows.where(sql<boolean>`(t.created_at, t.id) < (${after.at}, ${after.id})`);
  return rows.orderBy('t.created_at', 'desc').orderBy('t.id', 'desc').limit(limit).execute();
}
