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

/** The same by the id of its token. */
export const isTokenLeased = async (
  db: Database,
  workspaceId: string,
  { tokenId, at }: { tokenId: string; at: Date },
): Promise<boolean> =>
  (await db
    .selectFrom('access_tokens as t')
    .innerJoin('cloud_attempts as a', (join) =>
      join
        .onRef('a.id', '=', 't.attempt_id')
        .onRef('a.epoch', '=', 't.attempt_epoch')
        .onRef('a.workspace_id', '=', 't.workspace_id'),
    )
    .select('t.id')
    .where('t.workspace_id', '=', workspaceId)
    .where('t.id', '=', tokenId)
    .where('a.lease_until', '>', at)
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
