import { setTimeout as wait } from 'node:timers/promises';
import { sql } from 'kysely';
import pg from 'pg';
import pino from 'pino';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { recordActivity } from '#server/activity/index.ts';
import { migrate } from '#server/db/migrate.ts';
import { type OpenDatabase, openDatabase } from '#server/db/open-database.ts';
import { repeat } from '#server/jobs/repeat.ts';
import { activityEvent, recordEvents } from '#testing/activity.ts';
import { type PostgresServer, startPostgres } from '#testing/servers/postgres.ts';
import { seedWorkspace } from '#testing/test-services.ts';
import { countDue } from './count-due.ts';
import { countUsage } from './count-usage.ts';

// Only PostgreSQL has more than one transaction at a time.
let postgres: PostgresServer;
let opened: OpenDatabase;
let workspaceId: string;
const at = new Date('2026-11-20T10:15:00Z');
const clock = () => at;
const log = pino({ level: 'silent' });

beforeAll(async () => {
  postgres = await startPostgres();
  opened = await openDatabase({ url: postgres.url, dataFolder: 'memory' });
  await migrate(opened.db);
});
afterAll(async () => {
  await opened.close();
  await postgres.stop();
});
beforeEach(async () => {
  await opened.db.deleteFrom('workspaces').execute();
  ({ workspaceId } = await seedWorkspace(opened.db));
});

const call = (id: string, member: string) =>
  activityEvent({ workspaceId, sameAs: [id], reportedAt: at, memberId: member, threadId: `t-${id}`, turnId: 'u' });

const callsOf = async (member: string): Promise<number> => {
  const { rows } = await sql<{ calls: number }>`
    select coalesce(sum(calls), 0)::integer as calls from usage_days where member_id = ${member}`.execute(opened.db);
  return rows[0]?.calls ?? 0;
};

test('an event that commits while its hour is counted is counted after', async () => {
  const { db } = opened;
  await recordEvents(db, [call('first', 'mem_1')], at);
  const mayCommit = Promise.withResolvers<void>();
  const isWritten = Promise.withResolvers<void>();
  const late = db.transaction().execute(async (tx) => {
    await recordActivity(tx, [call('late', 'mem_1')], at);
    isWritten.resolve();
    await mayCommit.promise;
  });
  await isWritten.promise;
  expect(await countDue({ db, clock, log }, 100)).toBe(1);
  expect(await callsOf('mem_1')).toBe(1);
  mayCommit.resolve();
  await late;
  expect(await countDue({ db, clock, log }, 100)).toBe(1);
  expect(await callsOf('mem_1')).toBe(2);
});

test('only one process counts at a time, and the others do not wait for it', async () => {
  const { db } = opened;
  await recordEvents(db, [call('first', 'mem_1')], at);
  await db.transaction().execute(async (tx) => {
    await sql`select pg_advisory_xact_lock(7253, 4)`.execute(tx);
    expect(await countDue({ db, clock, log }, 100)).toBe(0);
  });
  expect(await countDue({ db, clock, log }, 100)).toBe(1);
});

test('cut off again and again while reports come in, it loses nothing and counts nothing twice', async () => {
  const { db } = opened;
  // Where the counting connects from is another pool, so that it alone is cut off.
  const counting = await openDatabase({ url: postgres.url, dataFolder: 'memory' });
  const signals = { once: () => undefined };
  const usage = countUsage({ db: counting.db, clock, log });
  const repeating = repeat({ log, signals }, { ...usage, everyMs: 1 });
  const killer = new pg.Client({ connectionString: postgres.url });
  await killer.connect();
  let cuts = 0;
  const cutOff = async () => {
    const { rowCount } = await killer.query(`
      select pg_terminate_backend(a.pid) from pg_stat_activity a join pg_locks l on l.pid = a.pid
      where l.locktype = 'advisory' and l.classid = 7253 and l.objid = 4 and l.granted`);
    cuts += rowCount ?? 0;
  };
  const writers = [1, 2, 3].map(async (writer) => {
    for (let round = 0; round < 40; round += 1) {
      const events = Array.from({ length: 5 }, (_, index) => call(`${writer}-${round}-${index}`, `mem_${index % 2}`));
      await recordEvents(db, events, at);
    }
  });
  const isWritten = Promise.all(writers).then(() => true);
  while (cuts < 25) {
    await cutOff();
    // Something to count until it was cut off often enough.
    await recordEvents(db, [call('1-0-0', 'mem_0'), call(`more-${cuts}`, 'mem_2')], at);
    await wait(3);
  }
  expect(await isWritten).toBe(true);
  await repeating.close();
  await killer.end();
  await countUsage({ db, clock, log }).runToEnd();
  await counting.close();
  expect(await callsOf('mem_0')).toBe(3 * 40 * 3);
  expect(await callsOf('mem_1')).toBe(3 * 40 * 2);
  const { rows } = await sql<{ calls: number; threads: number; members: number; events: number }>`
    select sum(calls)::integer as calls, sum(threads)::integer as threads, sum(members)::integer as members,
      (select count(*)::integer from activity_events where workspace_id = ${workspaceId}) as events
    from usage_totals where workspace_id = ${workspaceId} and grain = 'day' and group_id = '' and zone = 'UTC'`.execute(
    db,
  );
  expect(rows[0]?.calls).toBe(rows[0]?.events);
  expect(rows[0]).toMatchObject({ threads: rows[0]?.events, members: 3 });
  expect(await db.selectFrom('activity_due').select('id').execute()).toEqual([]);
  expect(await db.selectFrom('usage_due').select('day').execute()).toEqual([]);
}, 120_000);
