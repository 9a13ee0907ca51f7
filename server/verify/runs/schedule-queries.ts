import { type Selectable, sql } from 'kysely';
import type { ProofSchedule } from '#contract/proofs.ts';
import type { Database } from '#server/db/open-database.ts';
import type { Tables } from '#server/db/tables.ts';

export type ScheduleRow = Selectable<Tables['proof_schedules']>;

export const findSchedule = (db: Database, workspaceId: string): Promise<ScheduleRow | undefined> =>
  db.selectFrom('proof_schedules').selectAll().where('workspace_id', '=', workspaceId).executeTakeFirst();

/** From now on: a moment that has gone by before it was set starts nothing. */
export async function saveSchedule(
  tx: Database,
  workspaceId: string,
  { every, hourUtc, weekday, clientVersions }: ProofSchedule,
  startedFor: Date | null,
): Promise<void> {
  const values = {
    every,
    hour_utc: hourUtc,
    weekday,
    client_versions: JSON.stringify(clientVersions),
    started_for: startedFor,
  };
  await tx
    .insertInto('proof_schedules')
    .values({ workspace_id: workspaceId, ...values })
    .onConflict((conflict) => conflict.column('workspace_id').doUpdateSet(values))
    .execute();
}

export const listSchedules = (db: Database): Promise<ScheduleRow[]> =>
  db
    .selectFrom('proof_schedules as s')
    .innerJoin('workspaces as w', 'w.id', 's.workspace_id')
    .selectAll('s')
    .where('s.every', '!=', 'off')
    .where('w.proof_run_id', 'is', null)
    .execute();

/** Takes a moment for this process. @returns false when it is taken, by another process or before */
export async function takeMoment(tx: Database, workspaceId: string, moment: Date): Promise<boolean> {
  const { rows } = await sql`
    update proof_schedules set started_for = ${moment}
    where workspace_id = ${workspaceId} and (started_for is null or started_for < ${moment}) returning workspace_id`.execute(
    tx,
  );
  return rows.length > 0;
}
