import { type Insertable, type Selectable, sql } from 'kysely';
import type { ComplianceLogType } from '#contract/compliance.ts';
import type { Database } from '#server/db/open-database.ts';
import type { Tables } from '#server/db/tables.ts';

export type LogFileRow = Selectable<Tables['compliance_log_files']>;

/** When what a file tells of had ended: a file that took another's place keeps that. */
const ended = sql<Date>`coalesce(ended_at, end_time)`;

/** Files that tell of nothing after `before`, the oldest first, behind `after`. */
export const listOldFiles = (
  db: Database,
  { workspaceId, type, before }: { workspaceId: string; type: ComplianceLogType; before: Date },
  { after, limit }: { after: Date | null; limit: number },
) =>
  db
    .selectFrom('compliance_log_files')
    .selectAll()
    .where('workspace_id', '=', workspaceId)
    .where('event_type', '=', type)
    .where(ended, '<', before)
    .$if(after !== null, (query) => query.where('end_time', '>', after ?? before))
    .orderBy('end_time')
    .limit(limit)
    .execute();

export async function countOldFiles(
  db: Database,
  { workspaceId, type, before }: { workspaceId: string; type: ComplianceLogType; before: Date },
): Promise<{ count: number; oldestAt: Date | null }> {
  const row = await db
    .selectFrom('compliance_log_files')
    .select(({ fn }) => [fn.countAll<number>().as('count'), fn.min(ended).as('oldest')])
    .where('workspace_id', '=', workspaceId)
    .where('event_type', '=', type)
    .where(ended, '<', before)
    .executeTakeFirst();
  return { count: Number(row?.count ?? 0), oldestAt: row?.oldest ?? null };
}

/** Every file of these types behind a moment, in the order in which they were sealed. */
export const listFilesBehind = (
  db: Database,
  { workspaceId, types }: { workspaceId: string; types: readonly ComplianceLogType[] },
  { after, limit }: { after: Date | null; limit: number },
) =>
  db
    .selectFrom('compliance_log_files')
    .selectAll()
    .where('workspace_id', '=', workspaceId)
    .where('event_type', 'in', [...types])
    .$if(after !== null, (query) => query.where(sql<boolean>`end_time > ${after}`))
    .orderBy('end_time')
    .limit(limit)
    .execute();

export async function countFiles(
  db: Database,
  workspaceId: string,
  types: readonly ComplianceLogType[],
): Promise<number> {
  const row = await db
    .selectFrom('compliance_log_files')
    .select(({ fn }) => fn.countAll<number>().as('count'))
    .where('workspace_id', '=', workspaceId)
    .where('event_type', 'in', [...types])
    .executeTakeFirst();
  return Number(row?.count ?? 0);
}

export const lockFile = (tx: Database, id: string) =>
  tx.selectFrom('compliance_log_files').selectAll().where('id', '=', id).forUpdate().executeTakeFirst();

export const deleteFile = (tx: Database, id: string) =>
  tx.deleteFrom('compliance_log_files').where('id', '=', id).execute();

export const insertFile = (tx: Database, row: Insertable<Tables['compliance_log_files']>) =>
  tx.insertInto('compliance_log_files').values(row).execute();

export const savePeople = (db: Database, id: string, people: readonly string[]) =>
  db
    .updateTable('compliance_log_files')
    .set({ people: JSON.stringify(people) })
    .where('id', '=', id)
    .execute();

/** Keeps the sealer out until the transaction ends. @returns the end_time of the newest file; null: there was none yet */
export async function lockSealing(tx: Database, workspaceId: string): Promise<Date | null> {
  const row = await tx
    .selectFrom('compliance_log_marks')
    .select('last_end_time')
    .where('workspace_id', '=', workspaceId)
    .forUpdate()
    .executeTakeFirst();
  return row?.last_end_time ?? null;
}

export const noteEndTime = (tx: Database, workspaceId: string, endTime: Date) =>
  tx
    .updateTable('compliance_log_marks')
    .set({ last_end_time: endTime })
    .where('workspace_id', '=', workspaceId)
    .execute();
