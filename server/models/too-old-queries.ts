import type { Database } from '#server/db/open-database.ts';

/** Calls refused since then because the client is below the minimum. */
export const countTooOld = async (db: Database, workspaceId: string, since: Date): Promise<number> => {
  const { count } = await db
    .selectFrom('model_calls')
    .select((by) => by.fn.countAll().as('count'))
    .where('workspace_id', '=', workspaceId)
    .where('started_at', '>', since)
    .where('refusal_code', '=', 'client-too-old')
    .executeTakeFirstOrThrow();
  return Number(count);
};
