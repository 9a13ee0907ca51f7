import { sql } from 'kysely';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createGate } from '#testing/gate.ts';
import { type PostgresServer, startPostgres } from '#testing/servers/postgres.ts';
import { type Database, openDatabase } from './open-database.ts';

let postgres: PostgresServer;
beforeAll(async () => {
  postgres = await startPostgres();
});
afterAll(() => postgres?.stop());

const lock = (db: Database) => sql`select pg_advisory_xact_lock(1)`.execute(db);

test('a process that falls silent within a transaction keeps nobody waiting for ever', async () => {
  const silent = await openDatabase({ url: postgres.url, dataFolder: 'memory', idleTransactionMs: 4_000 });
  const other = await openDatabase({ url: postgres.url, dataFolder: 'memory' });
  const silence = createGate();
  const cut = silent.db.transaction().execute(async (tx) => {
    await lock(tx);
    await silence.pass();
    await lock(tx);
  });
  const refused = expect(cut).rejects.toThrow();
  await silence.reached;
  await other.db.transaction().execute(lock);
  silence.release();
  await refused;
  // The next one gets a connection of its own.
  await silent.db.transaction().execute(lock);
  await Promise.all([silent.close(), other.close()]);
});
