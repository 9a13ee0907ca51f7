import { sql } from 'kysely';
import type { Database } from '#server/db/open-database.ts';

/** Two numbers of our own for pg_advisory locks (PostgreSQL manual, 9.28.10); any pair nobody else takes. */
const lockClass = 7_253;
const lockObject = 1;

/** Held by whoever writes events until their transaction ends, beside all others that do. */
export const shareActivityLock = (tx: Database): Promise<unknown> =>
  sql`select pg_advisory_xact_lock_shared(${sql.lit(lockClass)}, ${sql.lit(lockObject)})`.execute(tx);

/**
 * Waits until nobody is half-way through writing events: every `seq` up to the largest one is then committed or will never be, and later
 * events get larger ones. Take it in a transaction of its own that reads that number and ends at once, because it holds writers up.
 */
export const waitForWriters = (tx: Database): Promise<unknown> =>
  sql`select pg_advisory_xact_lock(${sql.lit(lockClass)}, ${sql.lit(lockObject)})`.execute(tx);
