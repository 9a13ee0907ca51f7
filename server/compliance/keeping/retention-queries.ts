import type { RetentionKind } from '#contract/compliance-retention.ts';
import type { Database } from '#server/db/open-database.ts';

export const listRetention = (db: Database, workspaceId: string) =>
  db
    .selectFrom('compliance_retention')
    .select(['kind', 'days', 'updated_at'])
    .where('workspace_id', '=', workspaceId)
    .execute();

export const saveRetention = (
  tx: Database,
  row: { workspace_id: string; kind: RetentionKind; days: number; updated_at: Date },
) =>
  tx
    .insertInto('compliance_retention')
    .values(row)
    .onConflict((oc) =>
      oc.columns(['workspace_id', 'kind']).doUpdateSet({ days: row.days, updated_at: row.updated_at }),
    )
    .execute();

export const listWorkspaces = async (db: Database): Promise<string[]> => {
  const rows = await db.selectFrom('workspaces').select('id').where('proof_run_id', 'is', null).orderBy('id').execute();
  return rows.map(({ id }) => id);
};
