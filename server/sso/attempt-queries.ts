import type { Insertable } from 'kysely';
import type { Database } from '#server/db/open-database.ts';
import type { Tables } from '#server/db/tables.ts';

export const insertAttempt = (db: Database, row: Insertable<Tables['sso_attempts']>) =>
  db.insertInto('sso_attempts').values(row).execute();

export const findAttempt = (db: Database, { stateHash, connectionId }: { stateHash: string; connectionId: string }) =>
  db
    .selectFrom('sso_attempts')
    .selectAll()
    .where('state_hash', '=', stateHash)
    .where('connection_id', '=', connectionId)
    .executeTakeFirst();

export type Attempt = NonNullable<Awaited<ReturnType<typeof findAttempt>>>;

/** Of two answers to one attempt, one comes through. */
export const consumeAttempt = async (db: Database, id: string, at: Date): Promise<boolean> =>
  (await db
    .updateTable('sso_attempts')
    .set({ used_at: at })
    .where('id', '=', id)
    .where('used_at', 'is', null)
    .where('expires_at', '>', at)
    .returning('id')
    .executeTakeFirst()) !== undefined;

export async function deleteExpiredAttempts(db: Database, before: Date): Promise<number> {
  const attempts = await db.deleteFrom('sso_attempts').where('expires_at', '<', before).executeTakeFirst();
  const assertions = await db.deleteFrom('sso_used_assertions').where('expires_at', '<', before).executeTakeFirst();
  return Number(attempts.numDeletedRows) + Number(assertions.numDeletedRows);
}
