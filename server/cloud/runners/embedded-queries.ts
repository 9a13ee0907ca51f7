import type { Database } from '#server/db/open-database.ts';

/** The workspace that the runner of this very machine works for, while hosted tasks are on in it. */
export const findEmbeddedWorkspace = (db: Database) =>
  db
    .selectFrom('workspaces')
    .select('id')
    .where('proof_run_id', 'is', null)
    .where('codex_cloud_enabled', '=', true)
    .orderBy('created_at')
    .executeTakeFirst();

export const findEmbeddedRunner = (db: Database, workspaceId: string, id: string) =>
  db
    .selectFrom('cloud_runners')
    .select(['id', 'removed_at'])
    .where('workspace_id', '=', workspaceId)
    .where('id', '=', id)
    .executeTakeFirst();
