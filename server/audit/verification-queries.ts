import type { Database } from '#server/db/open-database.ts';
import type { VerificationReport } from './chain/verification.ts';

export const insertVerification = (
  tx: Database,
  row: { id: string; chain: string; startedBy: string; at: Date; total: number },
) =>
  tx
    .insertInto('audit_verifications')
    .values({
      id: row.id,
      chain: row.chain,
      started_by: row.startedBy,
      started_at: row.at,
      alive_at: row.at,
      total: row.total,
      ended_at: null,
    })
    .returningAll()
    .executeTakeFirstOrThrow();

export const noteProgress = (db: Database, id: string, { checked, at }: { checked: number; at: Date }) =>
  db.updateTable('audit_verifications').set({ checked, alive_at: at }).where('id', '=', id).execute();

export const endVerification = (
  db: Database,
  id: string,
  { checked, at, report }: { checked: number; at: Date; report: VerificationReport | null },
) =>
  db
    .updateTable('audit_verifications')
    .set({ checked, alive_at: at, ended_at: at, report: report && JSON.stringify(report) })
    .where('id', '=', id)
    .execute();

export const findNewestVerification = (db: Database, chain: string) =>
  db
    .selectFrom('audit_verifications')
    .selectAll()
    .where('chain', '=', chain)
    .orderBy('started_at', 'desc')
    .orderBy('id', 'desc')
    .limit(1)
    .executeTakeFirst();

export type VerificationRow = NonNullable<Awaited<ReturnType<typeof findNewestVerification>>>;

export const deleteOldVerifications = (tx: Database, chain: string, before: Date) =>
  tx.deleteFrom('audit_verifications').where('chain', '=', chain).where('started_at', '<', before).execute();
