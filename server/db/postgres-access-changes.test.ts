import pg from 'pg';
import pino from 'pino';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { type PostgresServer, startPostgres } from '#testing/servers/postgres.ts';
import { seedMember, seedWorkspace } from '#testing/test-services.ts';
import { keepFacts } from './keep-facts.ts';
import { migrate } from './migrate.ts';
import { type OpenDatabase, openDatabase } from './open-database.ts';

let postgres: PostgresServer;
let admin: pg.Client;
let here: OpenDatabase;
let there: OpenDatabase;
let memberId: string;
const lines: string[] = [];
const log = pino({ level: 'info' }, { write: (line: string) => lines.push(line) });

beforeAll(async () => {
  postgres = await startPostgres();
  here = await openDatabase({ url: postgres.url, dataFolder: 'memory' });
  there = await openDatabase({ url: postgres.url, dataFolder: 'memory' });
  await migrate(here.db);
  const { workspaceId } = await seedWorkspace(here.db);
  memberId = await seedMember(here.db, { workspaceId, email: 'grace@example.com' });
  await here.changes.follow(log);
  admin = new pg.Client(postgres.url);
  await admin.connect();
});
afterAll(async () => {
  await admin?.end();
  await here?.close();
  await there?.close();
  await postgres?.stop();
});

const rename = (of: OpenDatabase, name: string) =>
  of.db.updateTable('members').set({ name }).where('id', '=', memberId).execute();
const untilHeard = () => vi.waitFor(() => expect(here.changes.isHeard()).toBe(true), { timeout: 30_000, interval: 20 });

test('another process is heard', async () => {
  const { generation } = here.changes;
  await rename(there, 'from there');
  await vi.waitFor(() => expect(here.changes.generation).not.toBe(generation), { timeout: 30_000, interval: 5 });
});

test('a lost connection is noticed, bypassed and replaced; what changed meanwhile counts as changed', async () => {
  const read = keepFacts(here.changes, (key) =>
    here.db.selectFrom('members').select('name').where('id', '=', key).executeTakeFirst(),
  );
  await untilHeard();
  await read(memberId);
  const { generation } = here.changes;
  await admin.query(
    `select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'reeve access changes'`,
  );
  await vi.waitFor(() => expect(lines.join('')).toContain('changes of access are not heard'), { timeout: 30_000 });
  await admin.query(`update members set name = 'while deaf'`);
  expect((await read(memberId))?.name).toBe('while deaf');
  await untilHeard();
  expect(here.changes.generation).not.toBe(generation);
  expect((await read(memberId))?.name).toBe('while deaf');
});

test('without a listener nothing is kept, and the writer still hears itself', async () => {
  expect(there.changes.isHeard()).toBe(false);
  const { generation } = there.changes;
  await rename(there, 'heard by myself');
  expect(there.changes.generation).not.toBe(generation);
});
