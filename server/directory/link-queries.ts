import type { Database } from '#server/db/open-database.ts';
import type { Tables } from '#server/db/tables.ts';

const usable = (db: Database, now: Date) =>
  db.selectFrom('links').where('links.used_at', 'is', null).where('links.expires_at', '>', now);

/** The link with whom it is for; unused and not expired. */
export const findUsableLink = (db: Database, tokenHash: string, now: Date) =>
  usable(db, now)
    .leftJoin('members', 'members.id', 'links.member_id')
    .leftJoin('workspaces', 'workspaces.id', 'links.workspace_id')
    .select([
      'links.id',
      'links.kind',
      'links.workspace_id',
      'links.member_id',
      'links.created_by',
      'links.expires_at',
      'members.email',
      'members.name',
      'members.status',
      'workspaces.name as workspace_name',
    ])
    .where('links.token_hash', '=', tokenHash)
    .executeTakeFirst();

export type UsableLink = NonNullable<Awaited<ReturnType<typeof findUsableLink>>>;

/** Marks the link used. Of any number of attempts at the same time exactly one gets true. */
export const takeLink = async (tx: Database, id: string, now: Date): Promise<boolean> => {
  const { numUpdatedRows } = await tx
    .updateTable('links')
    .set({ used_at: now })
    .where('id', '=', id)
    .where('used_at', 'is', null)
    .where('expires_at', '>', now)
    .executeTakeFirst();
  return numUpdatedRows > 0n;
};

/** Makes everyone who holds an owner link wait for the others: only the first of them may find no workspace. */
export const lockOwnerLinks = (tx: Database) =>
  tx.selectFrom('links').select('id').where('kind', '=', 'owner').orderBy('id').forUpdate().execute();

export const insertLinks = (tx: Database, rows: readonly Omit<Tables['links'], 'used_at'>[]) =>
  tx
    .insertInto('links')
    .values(rows.map((row) => ({ ...row, used_at: null })))
    .execute();

export const withdrawOwnerLinks = (tx: Database) =>
  tx.deleteFrom('links').where('kind', '=', 'owner').where('used_at', 'is', null).execute();

export const withdrawInvitations = (tx: Database, memberId: string) =>
  tx.deleteFrom('links').where('member_id', '=', memberId).where('used_at', 'is', null).execute();

export const findInvitation = (db: Database, memberId: string, now: Date) =>
  usable(db, now).select('links.expires_at').where('links.member_id', '=', memberId).executeTakeFirst();

export const deleteLinks = async (db: Database, { expiredBefore }: { expiredBefore: Date }): Promise<number> => {
  const { numDeletedRows } = await db.deleteFrom('links').where('expires_at', '<', expiredBefore).executeTakeFirst();
  return Number(numDeletedRows);
};
