import { sql } from 'kysely';
import type { Database } from '#server/db/open-database.ts';

/** So that two who make one at the same moment do not both find room. */
export const lockMaking = (tx: Database, workspaceId: string) =>
  sql`select pg_advisory_xact_lock(7255, hashtext(${`environments of ${workspaceId}`}))`.execute(tx);

export const countEnvironments = (
  db: Database,
  workspaceId: string,
  memberId: string,
): Promise<{ own: number; all: number }> =>
  db
    .selectFrom('cloud_environments')
    .select([
      sql<number>`count(*) filter (where creator_id = ${memberId})::integer`.as('own'),
      sql<number>`count(*)::integer`.as('all'),
    ])
    .where('workspace_id', '=', workspaceId)
    .where('deleted_at', 'is', null)
    .executeTakeFirstOrThrow();
