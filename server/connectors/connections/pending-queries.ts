import type { Insertable } from 'kysely';
import type { Database } from '#server/db/open-database.ts';
import type { Tables } from '#server/db/tables.ts';

export const insertPending = (db: Database, row: Insertable<Tables['git_pending']>) =>
  db.insertInto('git_pending').values(row).execute();

/** Of one member and purpose, all but those that were begun last. */
export const deleteOlderPending = (
  db: Database,
  {
    workspaceId,
    memberId,
    purpose,
    keep,
  }: { workspaceId: string; memberId: string; purpose: 'app' | 'link'; keep: number },
) =>
  db
    .deleteFrom('git_pending')
    .where('workspace_id', '=', workspaceId)
    .where('member_id', '=', memberId)
    .where('purpose', '=', purpose)
    .where('state_hash', 'not in', (by) =>
      by
        .selectFrom('git_pending')
        .select('state_hash')
        .where('workspace_id', '=', workspaceId)
        .where('member_id', '=', memberId)
        .where('purpose', '=', purpose)
        .orderBy('expires_at', 'desc')
        .orderBy('state_hash')
        .limit(keep),
    )
    .execute();

/** By the hash of a random value that only one browser was given. */
export const findPending = (
  db: Database,
  { stateHash, purpose, at }: { stateHash: string; purpose: 'app' | 'link'; at: Date },
) =>
  db
    .selectFrom('git_pending')
    .selectAll()
    .where('state_hash', '=', stateHash)
    .where('purpose', '=', purpose)
    .where('expires_at', '>', at)
    .executeTakeFirst();

export type PendingRow = NonNullable<Awaited<ReturnType<typeof findPending>>>;

/** Of two that finish the same, one comes through. */
export const consumePending = async (tx: Database, stateHash: string): Promise<boolean> =>
  (await tx
    .deleteFrom('git_pending')
    .where('state_hash', '=', stateHash)
    .returning('state_hash')
    .executeTakeFirst()) !== undefined;

export const deleteExpiredPending = async (db: Database, at: Date): Promise<number> =>
  Number((await db.deleteFrom('git_pending').where('expires_at', '<', at).executeTakeFirst()).numDeletedRows);
