/**
 * Analytics on PostgreSQL: what the page asks for at 100,000 members and a year of figures; how long counting a report takes as there are
 * more and more events; and how long an event takes from being reported to being in an answer, on both engines. Goals: 500 ms for a
 * page’s query, 10 s for an event.
 */
import { performance } from 'node:perf_hooks';
import { setTimeout as wait } from 'node:timers/promises';
import { sql } from 'kysely';
import pino from 'pino';
import { countDue, countOneTotal, listTotalsDue } from '#server/analytics/count-due.ts';
import { countUsage } from '#server/analytics/count-usage.ts';
import { exportUsage } from '#server/analytics/export-usage.ts';
import { readPeriod } from '#server/analytics/period.ts';
import { readGroups } from '#server/analytics/read-groups.ts';
import { readMembers } from '#server/analytics/read-members.ts';
import { readStatus } from '#server/analytics/read-status.ts';
import { readSummary } from '#server/analytics/read-summary.ts';
import { readTools } from '#server/analytics/read-tools.ts';
import { migrate } from '#server/db/migrate.ts';
import { type Database, type OpenDatabase, openDatabase } from '#server/db/open-database.ts';
import { repeat } from '#server/jobs/repeat.ts';
import { activityEvent, recordEvents } from '#testing/activity.ts';
import { startPostgres } from '#testing/servers/postgres.ts';
import { ms, printTable, quantile, times } from './measure.ts';
import { lastDay, seedEvents, seedPeople, seedYear, workspaceId } from './seed-usage.ts';

const size = { members: 100_000, groups: 1_000 };
/** Days with a row for every other member; more would only make the tables longer at the end that nobody reads. */
const daysOfEverybody = 45;
const eventCounts = [1_000_000, 2_000_000, 4_000_000];
const rounds = 5;
const goalMs = 500;
const now = new Date(`${lastDay}T12:00:00Z`);
const clock = () => now;

async function timed<Result>(run: () => Promise<Result>): Promise<{ result: Result; took: number }> {
  const startedAt = performance.now();
  const result = await run();
  return { result, took: performance.now() - startedAt };
}

async function medianOf(run: () => Promise<unknown>): Promise<{ median: number; worst: number }> {
  const taken: number[] = [];
  for (let round = -1; round < rounds; round += 1) {
    const { took } = await timed(run);
    if (round >= 0) taken.push(took);
  }
  return { median: quantile(taken, 0.5), worst: Math.max(...taken) };
}

async function measurePage(db: Database): Promise<void> {
  const today = { timeZone: 'UTC', today: lastDay };
  const month = readPeriod({}, today);
  const year = readPeriod({ from: '2025-12-01', to: lastDay }, today);
  const weeks = readPeriod({ from: '2025-12-01', to: lastDay, interval: 'week' }, today);
  const ranked = { filter: {}, search: undefined, sort: 'credits', direction: 'desc', page: 1, limit: 50 } as const;
  const cases: [what: string, run: () => Promise<unknown>][] = [
    ['summary, 30 days', () => readSummary(db, workspaceId, { period: month, filter: {} })],
    ['summary, a year by day', () => readSummary(db, workspaceId, { period: year, filter: {} })],
    ['summary, a year by week', () => readSummary(db, workspaceId, { period: weeks, filter: {} })],
    [
      'summary, a year, one group of 300',
      () => readSummary(db, workspaceId, { period: year, filter: { groupId: 'grp_7' } }),
    ],
    [
      'summary, 30 days, one member',
      () => readSummary(db, workspaceId, { period: month, filter: { memberId: 'mem_7' } }),
    ],
    ['groups, 30 days', () => readGroups(db, workspaceId, { period: month, filter: {} })],
    ['groups, a year by week', () => readGroups(db, workspaceId, { period: weeks, filter: {} })],
    ['tools, a year by week', () => readTools(db, workspaceId, { period: weeks, filter: {} })],
    ['members by credits, 30 days', () => readMembers(db, workspaceId, { ...ranked, period: month })],
    ['members by credits, a year', () => readMembers(db, workspaceId, { ...ranked, period: year })],
    [
      'members by streak, 30 days',
      () => readMembers(db, workspaceId, { ...ranked, period: month, sort: 'streakDays' }),
    ],
    [
      'members, a search, 30 days',
      () => readMembers(db, workspaceId, { ...ranked, period: month, search: 'person 4711' }),
    ],
    ['status, 30 days', () => readStatus(db, workspaceId, { period: month, now })],
  ];
  const { median: unit } = await medianOf(() =>
    db.selectFrom('members').select('id').where('id', '=', 'mem_7').execute(),
  );
  const rows: string[][] = [];
  for (const [what, run] of cases) {
    const { median, worst } = await medianOf(run);
    rows.push([what, ms(median), ms(worst), times(median / unit), worst <= goalMs ? 'yes' : 'no']);
  }
  const { result: bytes, took } = await timed(async () => {
    let length = 0;
    const asked = { what: 'members', format: 'csv', period: month, filter: {}, withEmails: true } as const;
    for await (const part of exportUsage(db, workspaceId, asked)) length += part.byteLength;
    return length;
  });
  rows.push([
    `export of all members, 30 days (${(bytes / 1e6).toFixed(1)} MB)`,
    ms(took),
    ms(took),
    times(took / unit),
    '–',
  ]);
  printTable(
    `What the page asks for: ${size.members} members, ${size.groups} groups, a year`,
    ['question', 'median', 'longest', 'of one member by id', 'within 500 ms'],
    rows,
  );
}

/** Reports of 100 members at the end of the events, then their day’s total. */
async function countReports(db: Database, round: number): Promise<{ notesMs: number; totalMs: number }> {
  const events = Array.from({ length: 100 }, (_, index) =>
    activityEvent({
      workspaceId,
      sameAs: [`${round}-${index}`],
      reportedAt: now,
      memberId: `mem_${index}`,
      threadId: `new-${index}`,
    }),
  );
  await recordEvents(db, events, now);
  const { took: notesMs } = await timed(() => countDue({ db, clock, log: pino({ level: 'error' }) }, 100));
  let totalMs = 0;
  for (const total of await listTotalsDue(db, 100)) {
    const { took } = await timed(() => countOneTotal({ db, clock }, total));
    totalMs += took;
  }
  return { notesMs, totalMs };
}

async function measureCounting(db: Database): Promise<void> {
  const rows: string[][] = [];
  let first: number | null = null;
  let there = 0;
  for (const count of eventCounts) {
    const { took: seeding } = await timed(() =>
      seedEvents(db, { from: there, count: count - there, members: size.members }),
    );
    there = count;
    await sql`analyze activity_events`.execute(db);
    const taken = [];
    for (let round = 0; round < rounds; round += 1) taken.push(await countReports(db, count + round));
    const notes = quantile(
      taken.map(({ notesMs }) => notesMs),
      0.5,
    );
    const totals = quantile(
      taken.map(({ totalMs }) => totalMs),
      0.5,
    );
    first ??= notes;
    rows.push([`${count / 1e6} M`, ms(notes), times(notes / first), ms(totals), `${(seeding / 1000).toFixed(0)} s`]);
  }
  printTable(
    'Counting reports of 100 members, with their day and week totals',
    ['events there', 'the members', 'of the first row', 'the totals', 'putting the events there'],
    rows,
  );
}

/** From before an event is recorded until an answer has it, while nothing else happens and while others report. */
async function measureFreshness(engine: string, { db }: OpenDatabase): Promise<string[][]> {
  const log = pino({ level: 'error' });
  const parts = { db, log, clock: () => new Date() };
  const repeating = repeat({ log, signals: { once: () => undefined } }, countUsage(parts));
  const period = readPeriod({}, { timeZone: 'UTC', today: new Date().toISOString().slice(0, 10) });
  const calls = async () =>
    (await readSummary(db, workspaceId, { period, filter: { memberId: 'mem_fresh' } })).totals.calls;
  const rows: string[][] = [];
  let sent = 0;
  for (const others of [0, 100]) {
    const taken: number[] = [];
    let isEnded = false;
    const noise = (async () => {
      for (let round = 0; others > 0 && !isEnded; round += 1) {
        const at = new Date();
        const events = Array.from({ length: others / 4 }, (_, index) =>
          activityEvent({
            workspaceId,
            sameAs: [`noise-${round}-${index}`],
            reportedAt: at,
            memberId: `mem_${round % 50}${index}`,
            threadId: 't',
          }),
        );
        await recordEvents(db, events, at);
        await wait(250);
      }
    })();
    for (let round = 0; round < 12; round += 1) {
      const at = new Date();
      sent += 1;
      const event = activityEvent({ workspaceId, sameAs: [`fresh-${sent}`], reportedAt: at, memberId: 'mem_fresh' });
      const { took } = await timed(async () => {
        await recordEvents(db, [event], at);
        while ((await calls()) < sent) await wait(20);
      });
      taken.push(took);
    }
    isEnded = true;
    await noise;
    const longest = Math.max(...taken);
    rows.push([
      engine,
      `${others} events a second`,
      ms(quantile(taken, 0.5)),
      ms(longest),
      longest <= 10_000 ? 'yes' : 'no',
    ]);
  }
  await repeating.close();
  return rows;
}

/** `node bench/analytics.ts page`: one part alone. */
const wanted = process.argv.slice(2);
const has = (part: string) => wanted.length === 0 || wanted.includes(part);

async function onPostgres(run: (opened: OpenDatabase) => Promise<void>): Promise<void> {
  const server = await startPostgres();
  const opened = await openDatabase({ url: server.url, dataFolder: 'memory' });
  await migrate(opened.db);
  await run(opened);
  await opened.close();
  await server.stop();
}

if (has('freshness')) {
  const embedded = await openDatabase({ url: null, dataFolder: 'memory' });
  await migrate(embedded.db);
  await seedPeople(embedded.db, { members: 100, groups: 10 });
  const rows = await measureFreshness('PGlite', embedded);
  await embedded.close();
  await onPostgres(async (opened) => {
    await seedPeople(opened.db, { members: 10_000, groups: 100 });
    rows.push(...(await measureFreshness('PostgreSQL', opened)));
  });
  printTable('From reported to in an answer', ['database', 'meanwhile', 'median', 'longest', 'within 10 s'], rows);
}
if (has('counting'))
  await onPostgres(async ({ db }) => {
    await seedPeople(db, size);
    await measureCounting(db);
  });
if (has('page'))
  await onPostgres(async ({ db }) => {
    await seedPeople(db, size);
    await seedYear(db, { ...size, days: daysOfEverybody });
    await sql`analyze`.execute(db);
    await measurePage(db);
  });
