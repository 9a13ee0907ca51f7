import { sql } from 'kysely';
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import { createGate } from '#testing/gate.ts';
import { type PostgresServer, startPostgres } from '#testing/servers/postgres.ts';
import { type Database, openDatabase } from './open-database.ts';

let postgres: PostgresServer;
beforeAll(async () => {
  postgres = await startPostgres();
});
afterAll(() => postgres?.stop());

async function open(more: { idleTransactionMs?: number } = {}): Promise<Database> {
  const opened = await openDatabase({ url: postgres.url, dataFolder: 'memory', ...more });
  onTestFinished(() => opened.close());
  return opened.db;
}
const lock = (db: Database) => sql`select pg_advisory_xact_lock(1)`.execute(db);

test('a process that falls silent within a transaction keeps nobody waiting for ever', async () => {
  const [silent, other] = [await open({ idleTransactionMs: 1_000 }), await open()];
  const silence = createGate();
  const cut = silent.transaction().execute(async (tx) => {
    await lock(tx);
    await silence.pass();
    await lock(tx);
  });
  const refused = expect(cut).rejects.toThrow();
  // On a machine that halts, it may be cut before it has the lock.
  await Promise.race([silence.reached, cut.catch(() => undefined)]);
  await other.transaction().execute(lock);
  silence.release();
  await refused;
  // The next one gets a connection of its own.
  await lock(silent);
});

test('a peer that is gone is noticed', async () => {
  const names = ['tcp_keepalives_idle', 'tcp_user_timeout', 'client_connection_check_interval'];
  const { rows } = await sql<{ name: string; setting: string }>`
    select name, setting from pg_settings where name = any(${names}) order by name`.execute(await open());
  expect(rows).toEqual([
    { name: 'client_connection_check_interval', setting: '10000' },
    { name: 'tcp_keepalives_idle', setting: '30' },
    { name: 'tcp_user_timeout', setting: '60000' },
  ]);
});
