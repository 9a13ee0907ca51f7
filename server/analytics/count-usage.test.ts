import { sql } from 'kysely';
import pino from 'pino';
import { afterAll, beforeEach, describe, expect, it } from 'vitest';
import type { ActivityEvent } from '#contract/activity-events.ts';
import { activityEvent, recordEvents } from '#testing/activity.ts';
import { openTestServices, seedMember, seedWorkspace, type TestServices } from '#testing/test-services.ts';
import { countDue } from './count-due.ts';
import { countUsage } from './count-usage.ts';
import { leaf, levels, sums } from './figures.ts';
import { dayOf, mondayOf, monthOf } from './local-days.ts';

let services: TestServices;
let workspaceId: string;
const members: string[] = [];
const groups = ['grp_1', 'grp_2'];

async function setUp() {
  await services?.close();
  services = await openTestServices();
  ({ workspaceId } = await seedWorkspace(services.db));
  members.length = 0;
  for (const name of ['a', 'b', 'c'])
    members.push(await seedMember(services.db, { workspaceId, email: `${name}@example.com` }));
  const at = new Date();
  for (const id of groups) {
    const row = { id, workspace_id: workspaceId, name: id, description: '' };
    await services.db
      .insertInto('groups')
      .values({ ...row, created_at: at })
      .execute();
  }
  const [a = '', b = ''] = members;
  for (const [group_id, member_id] of [
    ['grp_1', a],
    ['grp_1', b],
    ['grp_2', b],
  ] as const)
    await services.db
      .insertInto('group_members')
      .values({ workspace_id: workspaceId, group_id, member_id, added_at: at })
      .execute();
}
beforeEach(setUp);
afterAll(() => services.close());

/** A generator that gives the same numbers again for the same seed (mulberry32). */
function numbersFrom(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return Math.floor((((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32) * below);
  };
}

const received = new Date('2026-10-28T12:00:00Z');
const firstMs = Date.parse('2026-10-23T20:00:00Z');

/** Around the end of summer time in Berlin, in the few hours of which threads and turns go over midnight, surfaces and models. */
function randomEvent(number: (below: number) => number): ActivityEvent {
  const pick = <Value>(values: readonly Value[]) => values[number(values.length)] as Value;
  const call = {
    workspaceId,
    sameAs: [String(number(10_000))],
    reportedAt: new Date(firstMs + number(90 * 4) * 900_000 + number(900_000)),
    memberId: pick([...members, null]),
    surface: pick(['CODEX_CLI', 'CODEX_CLI', 'CODEX_IDE_VSCODE'] as const),
    client: pick(['codex_exec', 'codex_vscode', null]),
    model: pick(['gpt-5.5', 'gpt-5.5-mini', null]),
    threadId: pick(['t1', 't2', 't3', null]),
    turnId: pick(['u1', 'u2', null]),
  };
  switch (number(5)) {
    case 0:
      return activityEvent({
        ...call,
        kind: 'tool.completed',
        source: 'otel',
        tool: pick(['exec_command', 'apply_patch']),
        outcome: pick(['completed', 'failed', 'refused']),
        decision: 'prompt',
        rule: '1.1.1',
        durationMs: pick([null, 5, 70]),
      });
    case 1:
      return activityEvent({
        ...call,
        kind: 'tool.decided',
        tool: 'exec_command',
        decision: pick(['approved', 'forbidden']),
        decidedBy: pick(['user', 'policy']),
        rule: pick([null, '1.1.2']),
        outcome: null,
      });
    default:
      return activityEvent({
        ...call,
        outcome: pick(['completed', 'completed', 'failed', 'refused']),
        code: pick(['policy-missing', null]),
        inputTokens: pick([null, 10, 1_000]),
        cachedInputTokens: pick([null, 5]),
        outputTokens: pick([null, 7]),
        reasoningTokens: pick([null, 3]),
        costUsd: pick([null, 0.25]),
        credits: pick([null, 1.5]),
      });
  }
}

interface Event {
  at: Date;
  kind: string;
  outcome: string | null;
  member_id: string;
  surface: string;
  client: string;
  model: string;
  thread_id: string | null;
  turn_id: string | null;
  tool: string | null;
  decision: string | null;
  rule: string | null;
  code: string | null;
  cost_usd: number | null;
  [figure: string]: unknown;
}

async function storedEvents(): Promise<Event[]> {
  const rows = await services.db.selectFrom('activity_events').selectAll().execute();
  return rows.map((row) => ({
    ...row,
    member_id: row.member_id ?? '',
    client: row.client ?? '',
    model: row.model ?? '',
  }));
}

interface Counted extends Record<(typeof sums)[number], number> {
  threads: number;
  turns: number;
  members: number;
}

const isCall = ({ kind }: Event) => kind === 'model.call';
const isUse = (event: Event) => isCall(event) && event.outcome !== 'refused';
const add = (events: readonly Event[], figure: string) =>
  events.reduce((sum, event) => sum + Number(event[figure] ?? 0), 0);
const sumsOf = (events: readonly Event[]): Record<(typeof sums)[number], number> => ({
  calls: events.filter(isUse).length,
  failed_calls: events.filter(({ outcome }) => outcome === 'failed').length,
  refused_calls: events.filter(({ outcome }) => outcome === 'refused').length,
  unpriced_calls: events.filter((event) => isUse(event) && event.cost_usd === null).length,
  input_tokens: add(events, 'input_tokens'),
  cached_input_tokens: add(events, 'cached_input_tokens'),
  output_tokens: add(events, 'output_tokens'),
  reasoning_tokens: add(events, 'reasoning_tokens'),
  credits: add(events, 'credits'),
  cost_usd: add(events, 'cost_usd'),
});

/** Every figure at every level, counted one by one: `day member | surface | client | model → figures`. */
function naive(events: readonly Event[], bucketOf: (event: Event) => string): Map<string, Counted> {
  const counted = new Map<string, Counted>();
  for (const { ending, within } of levels) {
    const keyOf = (event: Event) => [ending, bucketOf(event), ...within.map((column) => event[column])].join('|');
    for (const [key, group] of Map.groupBy(events.filter(isCall), keyOf)) {
      const used = group.filter(isUse);
      const threads = new Set(
        used
          .filter(({ thread_id }) => thread_id !== null)
          .map(({ member_id, thread_id }) => `${member_id} ${thread_id}`),
      );
      const turns = new Set(
        used
          .filter(({ turn_id }) => turn_id !== null)
          .map(({ member_id, thread_id, turn_id }) => `${member_id} ${thread_id} ${turn_id}`),
      );
      counted.set(key, {
        ...sumsOf(group),
        threads: threads.size,
        turns: turns.size,
        members: new Set(used.map(({ member_id }) => member_id).filter((id) => id !== '')).size,
      });
    }
  }
  return counted;
}

/** The same out of a table: the sums of the leaves at each level. */
async function summedUp(
  table: string,
  { bucket, where = 'true', distinct }: { bucket: string; where?: string; distinct: readonly string[] },
) {
  const counted = new Map<string, Record<string, number>>();
  for (const { ending, within } of levels) {
    const columns = within.map((name) => sql.ref(name));
    const names = [
      ...sums.map((name) => sql`sum(${sql.ref(name)})::float8 as ${sql.ref(name)}`),
      ...distinct.map((name) => sql`sum(${sql.ref(`${name}${ending}`)})::float8 as ${sql.ref(name)}`),
    ];
    const { rows } = await sql<
      Record<string, never>
    >`select ${sql.raw(bucket)} as bucket, ${sql.join([...columns, ...names])}
      from ${sql.table(table)} where ${sql.raw(where)} group by ${sql.join([sql.raw(bucket), ...columns])}`.execute(
      services.db,
    );
    for (const { bucket: name, ...row } of rows) {
      const key = [ending, name, ...within.map((column) => row[column])].join('|');
      for (const column of leaf) delete row[column];
      counted.set(key, row);
    }
  }
  return counted;
}

function withoutMembers(counted: Map<string, Counted>) {
  return new Map([...counted].map(([key, { members: _, ...figures }]) => [key, figures]));
}

const zones = ['UTC', 'Europe/Berlin', 'Asia/Kathmandu'];

async function expectRight(zone: string) {
  const events = await storedEvents();
  const dayIn = (event: Event) => dayOf(event.at, zone);
  const inZone = `zone = '${zone}'`;
  const distinct = ['threads', 'turns'];
  const everyDay = await summedUp('usage_days', {
    bucket: "to_char(day, 'YYYY-MM-DD') || ' ' || member_id",
    where: inZone,
    distinct,
  });
  expect(everyDay).toEqual(withoutMembers(naive(events, (event) => `${dayIn(event)} ${event.member_id}`)));
  const totals = await summedUp('usage_totals', {
    bucket: "to_char(day, 'YYYY-MM-DD')",
    where: `${inZone} and grain = 'day' and group_id = ''`,
    distinct: [...distinct, 'members'],
  });
  expect(totals).toEqual(naive(events, dayIn));
  const [, second] = groups;
  const inGroup = events.filter(({ member_id }) => member_id === members[1]);
  expect(
    await summedUp('usage_totals', {
      bucket: "to_char(day, 'YYYY-MM-DD')",
      where: `${inZone} and grain = 'day' and group_id = '${second}'`,
      distinct: [...distinct, 'members'],
    }),
  ).toEqual(naive(inGroup, dayIn));
  const weeks = await summedUp('usage_totals', {
    bucket: "to_char(day, 'YYYY-MM-DD')",
    where: `${inZone} and grain = 'week' and group_id = ''`,
    distinct: ['members'],
  });
  const naiveWeeks = naive(events, (event) => mondayOf(dayIn(event)));
  for (const [key, week] of naiveWeeks)
    expect(weeks.get(key), key).toMatchObject({ calls: week.calls, members: week.members });
  expect(weeks.size).toBe(naiveWeeks.size);
  await expectMonths(zone, events);
  await expectMarks(zone, events);
}

async function expectMonths(zone: string, events: readonly Event[]) {
  const rows = await services.db
    .selectFrom('usage_months')
    .select(['member_id', sql<number>`bit_or(days)`.as('days'), sql<string>`to_char(month, 'YYYY-MM-DD')`.as('month')])
    .where('zone', '=', zone)
    .groupBy(['member_id', 'month'])
    .execute();
  const expected = [
    ...Map.groupBy(events.filter(isCall), ({ at, member_id }) => `${member_id} ${monthOf(dayOf(at, zone))}`),
  ].map(([key, calls]) => {
    const days = new Set(calls.filter(isUse).map(({ at }) => Number(dayOf(at, zone).slice(8)) - 1));
    return `${key} ${[...days].reduce((bits, day) => bits | (1 << day), 0)}`;
  });
  expect(rows.map(({ member_id, month, days }) => `${member_id} ${month} ${days}`).sort()).toEqual(expected.sort());
}

const isDenied = ({ kind, outcome, decision }: Event) =>
  kind === 'tool.completed' ? outcome !== 'completed' : outcome === 'refused' || decision === 'forbidden';

async function expectMarks(zone: string, events: readonly Event[]) {
  const rows = await sql<{ key: string; times: number; failed: number }>`
    select to_char(day, 'YYYY-MM-DD') || ' ' || what || ' ' || name || ' ' || rule as key, sum(times)::float8 as times, sum(failed)::float8 as failed
    from usage_mark_totals where zone = ${zone} and group_id = '' group by 1`.execute(services.db);
  const what = (event: Event) => {
    const isStopped = event.outcome === 'refused' || event.kind === 'tool.decided';
    if (event.kind === 'tool.completed' && !isStopped) return `tool ${event.tool} `;
    return event.kind !== 'model.call'
      ? `decision ${event.decision} ${event.rule ?? ''}`
      : `refusal ${event.code ?? ''} ${event.rule ?? ''}`;
  };
  const marked = events.filter((event) => !isUse(event));
  const expected = [...Map.groupBy(marked, (event) => `${dayOf(event.at, zone)} ${what(event)}`)].map(
    ([key, group]) => ({
      key,
      times: group.length,
      failed: group.filter(isDenied).length,
    }),
  );
  const byKey = (one: { key: string }, other: { key: string }) => (one.key < other.key ? -1 : 1);
  expect(rows.rows.sort(byKey)).toEqual(expected.sort(byKey));
}

describe('figures equal what one counts by hand', () => {
  it.each([1, 2])('whatever the order, late, twice and in parts (%d)', async (seed) => {
    const number = numbersFrom(seed);
    await services.db
      .updateTable('workspaces')
      .set({ time_zone: zones[1] ?? '' })
      .execute();
    const usage = countUsage(services);
    for (let round = 0; round < 3; round += 1) {
      const events = Array.from({ length: 120 }, () => randomEvent(number));
      await recordEvents(services.db, [...events, ...events.slice(0, 20)], received);
      // Half of them counted before the rest comes.
      if (round % 2 === 0) await countDue(services, 30);
      else await usage.runToEnd();
    }
    await usage.runToEnd();
    await expectRight('UTC');
    await expectRight('Europe/Berlin');
    await services.db
      .updateTable('workspaces')
      .set({ time_zone: zones[2] ?? '' })
      .execute();
    await usage.runToEnd();
    await expectRight('Asia/Kathmandu');
    const left = await sql`select distinct zone from usage_days order by zone`.execute(services.db);
    expect(left.rows).toEqual([{ zone: 'Asia/Kathmandu' }, { zone: 'UTC' }]);
  });
});

it('leaves out what the database cannot count, and counts what stands beside it', async () => {
  const [a = '', b = ''] = members;
  const said = activityEvent({ workspaceId, sameAs: ['one'], reportedAt: received, memberId: a, threadId: 'th_1' });
  const wrong = activityEvent({ ...said, sameAs: ['two'], memberId: b, threadId: 'th_2' });
  await recordEvents(services.db, [said, wrong], received);
  await sql`alter table usage_hours add constraint nobody check (member_id <> ${sql.lit(b)})`.execute(services.db);
  const { db, clock } = services;
  const quiet = { db, clock, log: pino({ level: 'silent' }) };
  await countUsage(quiet).runToEnd();
  await countUsage(quiet).runToEnd();
  const counted = await sql`select distinct member_id from usage_days`.execute(services.db);
  expect(counted.rows).toEqual([{ member_id: a }]);
  expect(await services.db.selectFrom('activity_due').select('id').execute()).toEqual([]);
});
