import type { Insertable } from 'kysely';
import type { Database } from '#server/db/open-database.ts';
import type { Tables } from '#server/db/tables.ts';

export const insertAttemptToken = (tx: Database, row: Insertable<Tables['access_tokens']>) =>
  tx.insertInto('access_tokens').values(row).execute();

/** Whether the attempt is leased now, and still under the epoch that its token was made for. */
export const isLeased = async (
  db: Database,
  workspaceId: string,
  { attemptId, epoch, now }: { attemptId: string; epoch: number; now: Date },
): Promise<boolean> =>
  (await db
    .selectFrom('cloud_attempts')
    .select('id')
    .where('workspace_id', '=', workspaceId)
    .where('id', '=', attemptId)
    .where('epoch', '=', epoch)
    .where('lease_until', '>', now)
    .executeTakeFirst()) !== undefined;

/** What no call can use any more. */
export const purgeAttemptTokens = async (db: Database, now: Date): Promise<number> => {
  const { numDeletedRows } = await db
    .deleteFrom('access_tokens')
    .where('attempt_id', 'is not', null)
    .where('expires_at', '<', now)
    .executeTakeFirst();
  return Number(numDeletedRows);
};
