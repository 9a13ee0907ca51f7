import { sql } from 'kysely';
import type { Database } from '#server/db/open-database.ts';

/** Whoever makes a checkpoint or a key holds this until the transaction ends; two numbers of our own, as in migration 0015. */
export const lockCheckpoints = (tx: Database): Promise<unknown> =>
  sql`select pg_advisory_xact_lock(7253, 3)`.execute(tx);

export const listKeys = (db: Database) =>
  db.selectFrom('audit_keys').selectAll().orderBy('created_at').orderBy('kid').execute();

export const insertKey = (
  tx: Database,
  key: { kid: string; sealedPrivateJwk: string; publicJwk: object; rotation: string | null; createdAt: Date },
) =>
  tx
    .insertInto('audit_keys')
    .values({
      kid: key.kid,
      sealed_private_jwk: key.sealedPrivateJwk,
      public_jwk: JSON.stringify(key.publicJwk),
      rotation: key.rotation,
      created_at: key.createdAt,
      retired_at: null,
    })
    .execute();

/** Nothing is signed with it any more; what it signed is verified with it. */
export const retireKey = (tx: Database, kid: string, at: Date) =>
  tx.updateTable('audit_keys').set({ retired_at: at }).where('kid', '=', kid).execute();

export const findNewestCheckpoint = (db: Database, chain: string) =>
  db
    .selectFrom('audit_checkpoints')
    .selectAll()
    .where('chain', '=', chain)
    .orderBy('number', 'desc')
    .limit(1)
    .executeTakeFirst();

export type CheckpointRow = NonNullable<Awaited<ReturnType<typeof findNewestCheckpoint>>>;

export const insertCheckpoint = (tx: Database, row: CheckpointRow) =>
  tx.insertInto('audit_checkpoints').values(row).execute();

/** With the time stamps that came in for them. */
export const listCheckpoints = (db: Database, chain: string, { after, limit }: { after: number; limit: number }) =>
  db
    .selectFrom('audit_checkpoints as p')
    .leftJoin('audit_copies as t', (join) =>
      join.onRef('t.chain', '=', 'p.chain').onRef('t.number', '=', 'p.number').on('t.place', '=', 'time-stamp'),
    )
    .select(['p.number', 'p.size', 'p.root', 'p.at', 'p.jws', 't.answer'])
    .where('p.chain', '=', chain)
    .where('p.number', '>', after)
    .orderBy('p.number')
    .limit(limit)
    .execute();

export async function insertSubtrees(
  tx: Database,
  rows: readonly { chain: string; level: number; index: number; hash: string }[],
): Promise<void> {
  for (let from = 0; from < rows.length; from += 1_000)
    await tx
      .insertInto('audit_tree')
      .values(rows.slice(from, from + 1_000))
      .execute();
}

export const listSubtrees = (
  db: Database,
  chain: string,
  { level, from, count }: { level: number; from: number; count: number },
) =>
  db
    .selectFrom('audit_tree')
    .select(['index', 'hash'])
    .where('chain', '=', chain)
    .where('level', '=', level)
    .where('index', '>=', from)
    .where('index', '<', from + count)
    .orderBy('index')
    .execute();
