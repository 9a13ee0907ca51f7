import { sql } from 'kysely';
import type { Database } from '#server/db/open-database.ts';
import type { TotalOf } from './total-queries.ts';

/** Two numbers of our own for pg_advisory locks, beside those of server/activity (1), the audit chain (2), its checkpoints (3) and holds (14). */
const lockClass = 7_253;
const lockObject = 4;

/** Whether this transaction may count: one at a time, in whichever process. */
export async function mayCount(tx: Database): Promise<boolean> {
  const { rows } = await sql<{
    is_ours: boolean;
  }>`select pg_try_advisory_xact_lock(${sql.lit(lockClass)}, ${sql.lit(lockObject)}) as is_ours`.execute(tx);
  return rows[0]?.is_ours === true;
}

/**
 * The oldest notes. Those of transactions that are still under way come with a later look; those of a proof's workspace go with it, so
 * that nothing is counted of what is about to be deleted.
 */
export const listDue = (tx: Database, limit: number) =>
  tx
    .selectFrom('activity_due as d')
    .innerJoin('workspaces as w', 'w.id', 'd.workspace_id')
    .select(['d.id', 'd.workspace_id', 'd.hour', 'd.member_id'])
    .where('w.proof_run_id', 'is', null)
    .orderBy('d.id')
    .limit(limit)
    .execute();

export const deleteDue = (tx: Database, ids: readonly number[]) =>
  sql`delete from activity_due where id = any(${sql.val(`{${ids.join(',')}}`)}::bigint[])`.execute(tx);

export const listZones = async (tx: Database, workspaceId: string): Promise<string[]> => {
  const rows = await tx
    .selectFrom('usage_zones')
    .select('zone')
    .where('workspace_id', '=', workspaceId)
    .where('state', '<>', 'leaving')
    .execute();
  return ['UTC', ...rows.map(({ zone }) => zone)];
};

export async function markTotalsDue(tx: Database, totals: readonly TotalOf[], since: Date): Promise<void> {
  const rows = totals.map(({ workspaceId, zone, grain, day }) => ({
    workspace_id: workspaceId,
    zone,
    grain,
    day,
    since,
  }));
  await sql`insert into usage_due (workspace_id, zone, grain, day, since)
    select workspace_id, zone, grain, day, since from json_populate_recordset(null::usage_due, ${JSON.stringify(rows)}::json)
    on conflict do nothing`.execute(tx);
}

/** The newest first: that is what people look at. */
export async function listTotalsDue(db: Database, limit: number): Promise<TotalOf[]> {
  const rows = await db
    .selectFrom('usage_due')
    .select(['workspace_id', 'zone', 'grain', sql<string>`to_char(day, 'YYYY-MM-DD')`.as('day')])
    .orderBy(sql`usage_due.day`, 'desc')
    .orderBy('grain')
    .limit(limit)
    .execute();
  return rows.map(({ workspace_id: workspaceId, zone, grain, day }) => ({ workspaceId, zone, grain, day }));
}

export const deleteTotalDue = (tx: Database, { workspaceId, zone, grain, day }: TotalOf) =>
  sql`delete from usage_due where workspace_id = ${workspaceId} and zone = ${zone} and grain = ${grain} and day = ${day}::date`.execute(
    tx,
  );

/**
 * Notes come and go all the time. PostgreSQL frees their place itself; the embedded database has no autovacuum, and reads over what is gone.
 */
export async function freeNotes(db: Database): Promise<void> {
  await sql`vacuum activity_due`.execute(db);
  await sql`vacuum usage_due`.execute(db);
}
