import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { PGlite } from '@electric-sql/pglite';
import { CompiledQuery, Kysely, PGliteDialect, PostgresDialect } from 'kysely';
import pg from 'pg';
import { type AccessChanges, accessChannel, pgliteAccessChanges } from './access-changes.ts';
import { postgresAccessChanges } from './postgres-access-changes.ts';
import type { Tables } from './tables.ts';

export type Database = Kysely<Tables>;

/** OIDs whose default parsing differs between pg and PGlite: int8 as number, numeric as number. */
const int8Oid = 20;
const numericOid = 1700;

export interface OpenDatabase {
  db: Database;
  engine: 'pglite' | 'postgres';
  /** Raw handle for pg-boss; null on PostgreSQL, where it opens its own pool. */
  pglite: PGlite | null;
  /** What decides access, as it changes. Silent until somebody follows it. */
  changes: AccessChanges;
  close(): Promise<void>;
}

/**
 * A transaction holds locks that others wait for, such as the queue of hosted tasks. Where its machine is gone without a word, PostgreSQL
 * would keep it until TCP gives up, which takes hours. None of ours waits for the network.
 */
const longestIdleTransactionMs = 120_000;

/** Tells a peer that is gone from one that is slow within about a minute. Not every system that PostgreSQL runs on has all of them. */
const noticeGonePeers = `select set_config(name, value, false) from (values
  ('tcp_keepalives_idle', '30'), ('tcp_keepalives_interval', '10'), ('tcp_keepalives_count', '3'),
  ('tcp_user_timeout', '60s'), ('client_connection_check_interval', '10s')) as settings(name, value)`;

/**
 * Embedded PGlite under `dataFolder`/db, or PostgreSQL (15 or newer) at `url`. The caller holds the data lock: two processes on
 * one PGlite folder lose data. `dataFolder` 'memory' keeps nothing, for tests.
 */
export async function openDatabase({
  url,
  dataFolder,
  snapshot,
  idleTransactionMs = longestIdleTransactionMs,
}: {
  url: string | null;
  dataFolder: string;
  snapshot?: Blob;
  idleTransactionMs?: number;
}): Promise<OpenDatabase> {
  if (url) return openPostgres(url, idleTransactionMs);
  const inMemory = dataFolder === 'memory';
  const folder = join(dataFolder, 'db');
  if (!inMemory) await mkdir(folder, { recursive: true });
  const pglite = new PGlite({
    ...(inMemory ? {} : { dataDir: folder }),
    ...(snapshot ? { loadDataDir: snapshot } : {}),
    parsers: { [int8Oid]: Number, [numericOid]: Number },
  });
  await pglite.waitReady;
  const db = new Kysely<Tables>({ dialect: new PGliteDialect({ pglite }) });
  return { db, engine: 'pglite', pglite, changes: pgliteAccessChanges(pglite), close: () => db.destroy() };
}

function openPostgres(url: string, idleTransactionMs: number): OpenDatabase {
  const types = new pg.TypeOverrides();
  types.setTypeParser(int8Oid, Number);
  types.setTypeParser(numericOid, Number);
  const pool = new pg.Pool({ connectionString: url, max: 10, types, application_name: 'reeve' });
  // An idle connection that breaks must not end the process; the next query gets a new one or fails by itself.
  pool.on('error', () => {});
  // Nor one that breaks between two statements of a transaction: its next statement fails.
  pool.on('connect', (client) => client.on('error', () => {}));
  const changes = postgresAccessChanges(url);
  pool.on('connect', changes.hear);
  const db = new Kysely<Tables>({
    dialect: new PostgresDialect({
      pool,
      onCreateConnection: async (connection) => {
        await connection.executeQuery(CompiledQuery.raw(`listen ${accessChannel}`));
        await connection.executeQuery(
          CompiledQuery.raw(`set idle_in_transaction_session_timeout = ${idleTransactionMs}`),
        );
        await connection.executeQuery(CompiledQuery.raw(noticeGonePeers)).catch(() => undefined);
      },
    }),
  });
  const close = async () => {
    await changes.close();
    await db.destroy();
  };
  return { db, engine: 'postgres', pglite: null, changes, close };
}
