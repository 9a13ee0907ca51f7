import { type RawBuilder, sql } from 'kysely';
import { notHeld } from '#server/db/not-held.ts';
import type { Database } from '#server/db/open-database.ts';

export interface Old {
  workspaceId: string;
  before: Date;
  limit: number;
}

export interface Purgeable {
  /** At most the limit are counted. */
  count: number;
  oldestAt: Date | null;
}

/** A task is its member’s; of somebody who is gone, only its attempts say whose it was. `task` is what the statement calls the table. */
const isHeld = (task: string): RawBuilder<boolean> => sql<boolean>`exists (
  select 1 from compliance_holds h
  where h.workspace_id = ${sql.ref(`${task}.workspace_id`)} and h.lifted_at is null
    and (h.member_id = ${sql.ref(`${task}.member_id`)}
      or h.member_id in (select b.member_id from cloud_attempts b where b.task_id = ${sql.ref(`${task}.id`)})))`;

export async function isTaskHeld(tx: Database, workspaceId: string, taskId: string): Promise<boolean> {
  const { rows } = await sql<{ id: string }>`select t.id from cloud_tasks t
    where t.workspace_id = ${workspaceId} and t.id = ${taskId} and ${isHeld('t')}`.execute(tx);
  return rows.length > 0;
}

/** Lines of attempts that ended before then. */
const oldLines = ({ workspaceId, before }: Omit<Old, 'limit'>) => sql`from cloud_attempts a
  join cloud_log l on l.attempt_id = a.id
  where a.workspace_id = ${workspaceId} and a.finished_at < ${before} and ${notHeld('a')}`;

/** @returns how many lines went */
export async function purgeLogLines(tx: Database, { limit, ...old }: Old): Promise<number> {
  const { numAffectedRows } = await sql`delete from cloud_log where workspace_id = ${old.workspaceId}
    and (attempt_id, seq) in (select l.attempt_id, l.seq ${oldLines(old)} limit ${limit})`.execute(tx);
  return Number(numAffectedRows ?? 0);
}

const counted = async (db: Database, ages: RawBuilder<unknown>): Promise<Purgeable> => {
  const { rows } = await sql<{ count: number; oldest: Date | null }>`
    select count(*) as count, min(at) as oldest from (${ages}) old`.execute(db);
  return { count: Number(rows[0]?.count ?? 0), oldestAt: rows[0]?.oldest ?? null };
};

export const countLogLines = (db: Database, { limit, ...old }: Old): Promise<Purgeable> =>
  counted(db, sql`select a.finished_at as at ${oldLines(old)} limit ${limit}`);

const oldRequests = ({ workspaceId, before }: Omit<Old, 'limit'>) => sql`from cloud_egress g
  join cloud_attempts a on a.id = g.attempt_id
  where g.workspace_id = ${workspaceId} and g.at < ${before} and ${notHeld('a')}`;

/** @returns how many requests went */
export async function purgeRequests(tx: Database, { limit, ...old }: Old): Promise<number> {
  const { numAffectedRows } = await sql`delete from cloud_egress where workspace_id = ${old.workspaceId}
    and id in (select g.id ${oldRequests(old)} limit ${limit})`.execute(tx);
  return Number(numAffectedRows ?? 0);
}

export const countRequests = (db: Database, { limit, ...old }: Old): Promise<Purgeable> =>
  counted(db, sql`select g.at ${oldRequests(old)} limit ${limit}`);

/** Tasks, tries too, that nobody has touched since, and in which nothing waits or runs. */
const oldTasks = ({ workspaceId, before }: Omit<Old, 'limit'>) => sql`from cloud_tasks t
  where t.workspace_id = ${workspaceId} and t.updated_at < ${before} and not ${isHeld('t')} and not exists (
    select 1 from cloud_attempts a where a.task_id = t.id and a.state not in ('completed', 'failed', 'cancelled'))`;

const hasFiles = sql<boolean>`(
  exists (select 1 from cloud_attempts a where a.task_id = t.id and (a.diff_blob is not null or a.session_blob is not null))
  or exists (select 1 from cloud_turns u where u.task_id = t.id and u.starting_diff_blob is not null))`;

const idsOf = async (query: RawBuilder<{ id: string }>, tx: Database): Promise<string[]> =>
  (await query.execute(tx)).rows.map(({ id }) => id);

/** Held until the transaction ends; what somebody goes on with right now is left out. */
export const lockOldTasks = (tx: Database, { limit, ...old }: Old): Promise<string[]> =>
  idsOf(sql`select t.id ${oldTasks(old)} order by t.id limit ${limit} for update of t skip locked`, tx);

export const lockTasksWithOldFiles = (tx: Database, { limit, ...old }: Old): Promise<string[]> =>
  idsOf(sql`select t.id ${oldTasks(old)} and ${hasFiles} order by t.id limit ${limit} for update of t skip locked`, tx);

export const countTasks = (db: Database, { limit, ...old }: Old): Promise<Purgeable> =>
  counted(db, sql`select t.updated_at as at ${oldTasks(old)} limit ${limit}`);

export const countTasksWithFiles = (db: Database, { limit, ...old }: Old): Promise<Purgeable> =>
  counted(db, sql`select t.updated_at as at ${oldTasks(old)} and ${hasFiles} limit ${limit}`);

/** Names none of its files any more; what they said in numbers stays. */
export async function forgetFileNames(tx: Database, workspaceId: string, taskId: string, at: Date): Promise<void> {
  await tx
    .updateTable('cloud_attempts')
    .set({ diff_blob: null, session_blob: null })
    .where('workspace_id', '=', workspaceId)
    .where('task_id', '=', taskId)
    .execute();
  await tx
    .updateTable('cloud_turns')
    .set({ starting_diff_blob: null })
    .where('workspace_id', '=', workspaceId)
    .where('task_id', '=', taskId)
    .execute();
  await tx
    .updateTable('cloud_tasks')
    .set({ files_gone_at: at })
    .where('workspace_id', '=', workspaceId)
    .where('id', '=', taskId)
    .execute();
}

/** Tries in an environment, of whoever is not held. */
export const lockTriesIn = (tx: Database, workspaceId: string, environmentId: string): Promise<string[]> =>
  idsOf(
    sql`select t.id from cloud_tasks t
      where t.workspace_id = ${workspaceId} and t.environment_id = ${environmentId} and t.source = 'try'
        and not ${isHeld('t')} order by t.id for update of t`,
    tx,
  );
