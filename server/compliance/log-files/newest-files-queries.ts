import { sql } from 'kysely';
import type { ComplianceLogType } from '#contract/compliance.ts';
import type { Database } from '#server/db/open-database.ts';

/** Newest first, with the file that each took the place of; one row more than the limit, when there is one. */
export const listNewestFiles = (
  db: Database,
  workspaceId: string,
  { type, before, limit }: { type: ComplianceLogType | undefined; before: string | null; limit: number },
) =>
  db
    .selectFrom('compliance_log_files as f')
    .leftJoin('compliance_replaced_files as r', 'r.new_id', 'f.id')
    .selectAll('f')
    .select('r.old_id as replaces')
    .where('f.workspace_id', '=', workspaceId)
    .$if(type !== undefined, (query) => query.where('f.event_type', '=', type ?? 'CODEX_LOG'))
    .$if(before !== null, (query) => query.where(sql<boolean>`f.end_time < cast(${before} as timestamptz)`))
    .orderBy('f.end_time', 'desc')
    .limit(limit + 1)
    .execute();

/** When the newest file was sealed, and since when a record that is in none waits; null: none does. */
export async function readSealing(
  db: Database,
  workspaceId: string,
): Promise<{ lastSealedAt: Date | null; waitingSince: Date | null }> {
  const { rows } = await sql<{ sealed: Date | null; waiting: Date | null }>`select
    (select max(f.made_at) from compliance_log_files f where f.workspace_id = ${workspaceId}) as sealed,
    (select min(e.received_at) from activity_events e
      where e.workspace_id = ${workspaceId} and e.seq > coalesce(
        (select m.activity_seq from compliance_log_marks m where m.workspace_id = ${workspaceId}), 0)) as waiting`.execute(
    db,
  );
  return { lastSealedAt: rows[0]?.sealed ?? null, waitingSince: rows[0]?.waiting ?? null };
}
