import type { Database } from '#server/db/open-database.ts';
import { heldFactors } from './factor-queries.ts';

export const insertPendingSignIn = (
  tx: Database,
  row: { id: string; workspace_id: string; member_id: string; token_hash: string; created_at: Date; expires_at: Date },
) => tx.insertInto('pending_sign_ins').values(row).execute();

export const findPendingSignIn = (db: Database, tokenHash: string, now: Date) =>
  db
    .selectFrom('pending_sign_ins')
    .innerJoin('members', 'members.id', 'pending_sign_ins.member_id')
    .select(['pending_sign_ins.id', 'members.id as member_id', 'members.workspace_id', 'members.email', 'members.name'])
    .select(heldFactors('members.id').as('held'))
    .where('pending_sign_ins.token_hash', '=', tokenHash)
    .where('pending_sign_ins.expires_at', '>', now)
    .executeTakeFirst();

export type PendingSignIn = NonNullable<Awaited<ReturnType<typeof findPendingSignIn>>>;

/** Counted before the attempt is looked at, so that attempts in parallel are not more. @returns false when there are none left */
export const countAttempt = async (db: Database, { id, most }: { id: string; most: number }): Promise<boolean> => {
  const { numUpdatedRows } = await db
    .updateTable('pending_sign_ins')
    .set((by) => ({ wrong_attempts: by('wrong_attempts', '+', 1) }))
    .where('id', '=', id)
    .where('wrong_attempts', '<', most)
    .executeTakeFirst();
  return numUpdatedRows > 0n;
};

/** @returns whether it was still there: it makes one session, not two */
export const deletePendingSignIn = async (tx: Database, id: string): Promise<boolean> => {
  const { numDeletedRows } = await tx.deleteFrom('pending_sign_ins').where('id', '=', id).executeTakeFirst();
  return numDeletedRows > 0n;
};

export const deletePendingSignIns = (tx: Database, memberId: string) =>
  tx.deleteFrom('pending_sign_ins').where('member_id', '=', memberId).execute();

export const purgePendingSignIns = async (db: Database, now: Date): Promise<number> => {
  const { numDeletedRows } = await db.deleteFrom('pending_sign_ins').where('expires_at', '<=', now).executeTakeFirst();
  return Number(numDeletedRows);
};
