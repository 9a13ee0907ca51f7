import type { Database } from '#server/db/open-database.ts';

const columns = ['id', 'member_id', 'name', 'is_backed_up', 'created_at', 'last_used_at'] as const;

export const listPasskeys = (db: Database, workspaceId: string, memberId: string) =>
  db
    .selectFrom('passkeys')
    .select([...columns, 'transports'])
    .where('workspace_id', '=', workspaceId)
    .where('member_id', '=', memberId)
    .orderBy('created_at')
    .orderBy('id')
    .execute();

export type PasskeyRow = Omit<Awaited<ReturnType<typeof listPasskeys>>[number], 'transports'>;

/** With what it takes to check its signature. */
export const findPasskey = (db: Database, id: string) =>
  db
    .selectFrom('passkeys')
    .innerJoin('members', 'members.id', 'passkeys.member_id')
    .select([
      'passkeys.id',
      'passkeys.member_id',
      'passkeys.workspace_id',
      'passkeys.name',
      'passkeys.public_key',
      'passkeys.counter',
      'passkeys.transports',
      'members.email',
      'members.name as member_name',
    ])
    .where('passkeys.id', '=', id)
    .executeTakeFirst();

export type StoredPasskey = NonNullable<Awaited<ReturnType<typeof findPasskey>>>;

/** @returns false when the credential is registered already, by whomever */
export const insertPasskey = async (
  tx: Database,
  row: {
    id: string;
    workspace_id: string;
    member_id: string;
    name: string;
    public_key: string;
    counter: number;
    transports: string;
    is_backed_up: boolean;
    created_at: Date;
  },
): Promise<boolean> => {
  const { numInsertedOrUpdatedRows = 0n } = await tx
    .insertInto('passkeys')
    .values({ ...row, last_used_at: null })
    .onConflict((conflict) => conflict.doNothing())
    .executeTakeFirst();
  return numInsertedOrUpdatedRows > 0n;
};

/** Answers that overtake each other must not set the counter back. */
export const markPasskeyUsed = (
  db: Database,
  { id, counter, isBackedUp, at }: { id: string; counter: number; isBackedUp: boolean; at: Date },
) =>
  db
    .updateTable('passkeys')
    .set({ counter, is_backed_up: isBackedUp, last_used_at: at })
    .where('id', '=', id)
    .where('counter', '<=', counter)
    .execute();

export const renamePasskey = (tx: Database, { id, memberId, name }: { id: string; memberId: string; name: string }) =>
  tx
    .updateTable('passkeys')
    .set({ name })
    .where('id', '=', id)
    .where('member_id', '=', memberId)
    .returning(columns)
    .executeTakeFirst();

export const deletePasskey = (tx: Database, { id, memberId }: { id: string; memberId: string }) =>
  tx.deleteFrom('passkeys').where('id', '=', id).where('member_id', '=', memberId).returning('name').executeTakeFirst();

export interface ChallengeUse {
  purpose: 'registration' | 'sign-in' | 'second-factor' | 'step-up';
  /** Null: whoever signs in is not known yet. */
  memberId: string | null;
}

export const insertChallenge = (
  db: Database,
  { challenge, purpose, memberId, expiresAt }: ChallengeUse & { challenge: string; expiresAt: Date },
) =>
  db
    .insertInto('webauthn_challenges')
    .values({ challenge, purpose, member_id: memberId, expires_at: expiresAt })
    .execute();

/** @returns whether it was there for this use, and nobody else took it before */
export const takeChallenge = async (
  db: Database,
  { challenge, purpose, memberId, now }: ChallengeUse & { challenge: string; now: Date },
): Promise<boolean> => {
  const { numDeletedRows } = await db
    .deleteFrom('webauthn_challenges')
    .where('challenge', '=', challenge)
    .where('purpose', '=', purpose)
    .where('member_id', memberId === null ? 'is' : '=', memberId)
    .where('expires_at', '>', now)
    .executeTakeFirst();
  return numDeletedRows > 0n;
};

export const purgeChallenges = async (db: Database, now: Date): Promise<number> => {
  const { numDeletedRows } = await db
    .deleteFrom('webauthn_challenges')
    .where('expires_at', '<=', now)
    .executeTakeFirst();
  return Number(numDeletedRows);
};
