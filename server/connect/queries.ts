import type { Database } from '#server/db/open-database.ts';

/** The workspace machines join: this Reeve's first. Null until its owner has set it up. */
export async function joinableWorkspaceId(db: Database): Promise<string | null> {
  const row = await db
    .selectFrom('workspaces')
    .select('id')
    .where('proof_run_id', 'is', null)
    .orderBy('created_at')
    .orderBy('id')
    .executeTakeFirst();
  return row?.id ?? null;
}
