import type { Insertable, Selectable, Updateable } from 'kysely';
import type { ComplianceLogType } from '#contract/compliance.ts';
import type { Database } from '#server/db/open-database.ts';
import type { Tables } from '#server/db/tables.ts';

export type Marks = Selectable<Tables['compliance_log_marks']>;
export type LogFileRow = Selectable<Tables['compliance_log_files']>;

/** Without those of proofs: what happens there is no compliance record. */
export const listWorkspaceIds = async (db: Database): Promise<string[]> => {
  const rows = await db.selectFrom('workspaces').select('id').where('proof_run_id', 'is', null).orderBy('id').execute();
  return rows.map(({ id }) => id);
};

/** How far everything is sealed; nothing is, at first. */
export async function readMarks(db: Database, workspaceId: string): Promise<Marks> {
  await db
    .insertInto('compliance_log_marks')
    .values({ workspace_id: workspaceId, costs_until: null, last_end_time: null })
    .onConflict((conflict) => conflict.doNothing())
    .execute();
  return db
    .selectFrom('compliance_log_marks')
    .selectAll()
    .where('workspace_id', '=', workspaceId)
    .executeTakeFirstOrThrow();
}

/** Nobody else seals for this workspace until the transaction ends. */
export const lockMarks = (tx: Database, workspaceId: string): Promise<Marks> =>
  tx
    .selectFrom('compliance_log_marks')
    .selectAll()
    .where('workspace_id', '=', workspaceId)
    .forUpdate()
    .executeTakeFirstOrThrow();

export const updateMarks = (tx: Database, workspaceId: string, marks: Updateable<Tables['compliance_log_marks']>) =>
  tx.updateTable('compliance_log_marks').set(marks).where('workspace_id', '=', workspaceId).execute();

export const insertLogFile = (tx: Database, row: Insertable<Tables['compliance_log_files']>) =>
  tx.insertInto('compliance_log_files').values(row).execute();

/** Those that ended after a time, oldest first. */
export function listLogFiles(
  db: Database,
  workspaceId: string,
  {
    types,
    after,
    before,
    limit,
  }: { types: readonly ComplianceLogType[]; after: Date; before: Date | null; limit: number },
): Promise<LogFileRow[]> {
  let query = db
    .selectFrom('compliance_log_files')
    .selectAll()
    .where('workspace_id', '=', workspaceId)
    .where('event_type', 'in', types)
    .where('end_time', '>', after);
  if (before !== null) query = query.where('end_time', '<', before);
  return query.orderBy('end_time').limit(limit).execute();
}

export const findLogFile = (db: Database, workspaceId: string, id: string) =>
  db
    .selectFrom('compliance_log_files')
    .selectAll()
    .where('workspace_id', '=', workspaceId)
    .where('id', '=', id)
    .executeTakeFirst();
