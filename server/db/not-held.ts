import { type RawBuilder, sql } from 'kysely';
import type { Database } from './open-database.ts';

/**
 * True for rows of nobody, and of people on whom there is no legal hold. `row` is the name by which the statement calls the table; it has
 * the columns `workspace_id` and `member_id`.
 */
export const notHeld = (row: string): RawBuilder<boolean> => sql<boolean>`not exists (
  select 1 from compliance_holds h
  where h.workspace_id = ${sql.ref(`${row}.workspace_id`)} and h.member_id = ${sql.ref(`${row}.member_id`)} and h.lifted_at is null)`;

/** Two numbers of our own for pg_advisory locks, as in server/activity/activity-lock.ts. */
const lockClass = 7_253;
const lockObject = 14;

/** Held by whatever deletes records of people until its transaction ends. */
export const shareHoldLock = (tx: Database): Promise<unknown> =>
  sql`select pg_advisory_xact_lock_shared(${sql.lit(lockClass)}, ${sql.lit(lockObject)})`.execute(tx);

/** Waits until nothing is being deleted: what is deleted afterwards sees the hold that this transaction places. */
export const takeHoldLock = (tx: Database): Promise<unknown> =>
  sql`select pg_advisory_xact_lock(${sql.lit(lockClass)}, ${sql.lit(lockObject)})`.execute(tx);
