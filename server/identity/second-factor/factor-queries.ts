import { type RawBuilder, sql } from 'kysely';
import type { Database } from '#server/db/open-database.ts';
import type { HeldFactors } from './held-factors.ts';

/** What a member has, as a column of any query that knows the member. */
export const heldFactors = (memberId: string): RawBuilder<HeldFactors> => sql<HeldFactors>`json_build_object(
  'passkey', exists (select 1 from passkeys p where p.member_id = ${sql.ref(memberId)}),
  'totp', exists (select 1 from totp_secrets t where t.member_id = ${sql.ref(memberId)} and t.confirmed_at is not null),
  'recoveryCode', exists (select 1 from recovery_codes c where c.member_id = ${sql.ref(memberId)} and c.used_at is null))`;

export const findHeldFactors = async (db: Database, memberId: string): Promise<HeldFactors> => {
  const row = await db
    .selectFrom('members')
    .select(heldFactors('members.id').as('held'))
    .where('members.id', '=', memberId)
    .executeTakeFirst();
  return row?.held ?? { passkey: false, totp: false, recoveryCode: false };
};

/** Adding and removing factors of one member come one after the other, so that none is the last twice. */
export const lockFactors = (tx: Database, memberId: string) =>
  tx.selectFrom('members').select('id').where('id', '=', memberId).forNoKeyUpdate().executeTakeFirst();

export const markShown = (tx: Database, { sessionId, at }: { sessionId: string; at: Date }) =>
  tx.updateTable('sessions').set({ second_factor_at: at }).where('id', '=', sessionId).execute();

/** @returns how many factors that was; recovery codes are none */
export const deleteFactors = async (tx: Database, memberId: string): Promise<number> => {
  const passkeys = await tx.deleteFrom('passkeys').where('member_id', '=', memberId).returning('id').execute();
  const secrets = await tx
    .deleteFrom('totp_secrets')
    .where('member_id', '=', memberId)
    .returning('confirmed_at')
    .execute();
  await deleteRecoveryCodes(tx, memberId);
  return passkeys.length + secrets.filter((row) => row.confirmed_at !== null).length;
};

export const insertTotpSecret = async (
  tx: Database,
  row: { id: string; workspace_id: string; member_id: string; sealed_secret: string; created_at: Date },
): Promise<void> => {
  await tx
    .deleteFrom('totp_secrets')
    .where('member_id', '=', row.member_id)
    .where('confirmed_at', 'is', null)
    .execute();
  await tx
    .insertInto('totp_secrets')
    .values({ ...row, last_step: null, confirmed_at: null })
    .execute();
};

/** The one in use, or the one being set up. */
export const findTotpSecret = (db: Database, memberId: string, { isConfirmed }: { isConfirmed: boolean }) =>
  db
    .selectFrom('totp_secrets')
    .select(['id', 'sealed_secret', 'confirmed_at'])
    .where('member_id', '=', memberId)
    .where('confirmed_at', isConfirmed ? 'is not' : 'is', null)
    .executeTakeFirst();

/** Takes the step of a code for good. @returns false when it, or a later one, was taken already */
export const takeTotpStep = async (db: Database, { id, step }: { id: string; step: number }): Promise<boolean> => {
  const { numUpdatedRows } = await db
    .updateTable('totp_secrets')
    .set({ last_step: step })
    .where('id', '=', id)
    .where((by) => by.or([by('last_step', 'is', null), by('last_step', '<', step)]))
    .executeTakeFirst();
  return numUpdatedRows > 0n;
};

/** @returns false when it was started again meanwhile */
export const confirmTotpSecret = async (
  tx: Database,
  { id, memberId, step, at }: { id: string; memberId: string; step: number; at: Date },
): Promise<boolean> => {
  await tx.deleteFrom('totp_secrets').where('member_id', '=', memberId).where('id', '!=', id).execute();
  const { numUpdatedRows } = await tx
    .updateTable('totp_secrets')
    .set({ confirmed_at: at, last_step: step })
    .where('id', '=', id)
    .where('member_id', '=', memberId)
    .where('confirmed_at', 'is', null)
    .executeTakeFirst();
  return numUpdatedRows > 0n;
};

export const deleteTotpSecret = async (tx: Database, memberId: string): Promise<boolean> => {
  const gone = await tx
    .deleteFrom('totp_secrets')
    .where('member_id', '=', memberId)
    .returning('confirmed_at')
    .execute();
  return gone.some((row) => row.confirmed_at !== null);
};

export const insertRecoveryCodes = (
  tx: Database,
  rows: readonly { id: string; workspace_id: string; member_id: string; code_hash: string; created_at: Date }[],
) =>
  tx
    .insertInto('recovery_codes')
    .values(rows.map((row) => ({ ...row, used_at: null })))
    .execute();

export const deleteRecoveryCodes = (tx: Database, memberId: string) =>
  tx.deleteFrom('recovery_codes').where('member_id', '=', memberId).execute();

/** Single use, also when two come at once. */
export const takeRecoveryCode = async (
  tx: Database,
  { memberId, codeHash, at }: { memberId: string; codeHash: string; at: Date },
): Promise<boolean> => {
  const { numUpdatedRows } = await tx
    .updateTable('recovery_codes')
    .set({ used_at: at })
    .where('member_id', '=', memberId)
    .where('code_hash', '=', codeHash)
    .where('used_at', 'is', null)
    .executeTakeFirst();
  return numUpdatedRows > 0n;
};

export const countRecoveryCodes = async (db: Database, memberId: string) => {
  const row = await db
    .selectFrom('recovery_codes')
    .select((by) => [by.fn.countAll().as('left'), by.fn.max('created_at').as('created_at')])
    .where('member_id', '=', memberId)
    .where('used_at', 'is', null)
    .executeTakeFirstOrThrow();
  return { left: Number(row.left), createdAt: row.created_at };
};
