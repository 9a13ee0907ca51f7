import { afterAll, beforeAll, expect, it } from 'vitest';
import type { ActivityEvent } from '#contract/activity-events.ts';
import { activityId, keepFormerContent, recordActivity } from '#server/activity/index.ts';
import { openTestServices, seedWorkspace, type TestServices } from '#testing/test-services.ts';

let services: TestServices;
let workspaceId: string;
beforeAll(async () => {
  services = await openTestServices();
  ({ workspaceId } = await seedWorkspace(services.db));
});
afterAll(() => services.close());

const threadId = '019a6f3e-7c1d-7aa0-9b55-000000001000';
const at = new Date('2026-11-20T10:15:00Z');
const event = (more: Partial<ActivityEvent> = {}): ActivityEvent => ({
  workspaceId,
  sameAs: [threadId, 'call_1'],
  kind: 'tool.completed',
  source: 'otel',
  reportedAt: at,
  memberId: 'mem_1',
  memberLabel: 'ada@example.com',
  surface: 'CODEX_CLI',
  client: 'codex_exec',
  clientVersion: '0.169.0',
  model: null,
  threadId,
  turnId: null,
  callId: 'call_1',
  tool: 'exec_command',
  decision: null,
  decidedBy: null,
  rule: null,
  outcome: 'completed',
  code: null,
  policyName: null,
  durationMs: 12,
  inputTokens: null,
  cachedInputTokens: null,
  outputTokens: null,
  reasoningTokens: null,
  costUsd: null,
  credits: null,
  detail: { exitCode: 0 },
  ...more,
});
const record = (events: ActivityEvent[], receivedAt = at) =>
  services.db.transaction().execute((tx) => recordActivity(tx, events, receivedAt));
const rows = () => services.db.selectFrom('activity_events').selectAll().orderBy('id').execute();

it('is one row however often and by whom it is reported, and learns what the other knew', async () => {
  expect(await record([event(), event()])).toHaveLength(1);
  const [first] = await rows();
  expect(await record([event()])).toHaveLength(0);
  expect(
    await record([event({ source: 'client-events', turnId: 'turn-1', detail: { exitCode: 9, cwd: 2 } })]),
  ).toHaveLength(1);
  const [known, ...others] = await rows();
  expect(others).toEqual([]);
  expect(known).toMatchObject({ source: 'otel', turn_id: 'turn-1', detail: { exitCode: 0, cwd: 2 }, at });
  expect(known?.seq).toBeGreaterThan(first?.seq ?? Number.POSITIVE_INFINITY);
});

it('does not believe every clock, keeps what was said, and takes text as it comes', async () => {
  const late = new Date(at.getTime() - 29 * 24 * 3_600_000);
  const future = new Date(at.getTime() + 3_600_000);
  await record([
    event({ sameAs: ['late'], reportedAt: late }),
    event({ sameAs: ['future'], reportedAt: future, tool: 'a\u0000b\ud800' }),
  ]);
  const found = (await rows()).filter(({ call_id, turn_id }) => call_id === 'call_1' && turn_id === null);
  expect(found.find(({ reported_at }) => reported_at === null)?.at).toEqual(late);
  expect(found.find(({ reported_at }) => reported_at !== null)).toMatchObject({
    at,
    reported_at: future,
    tool: 'ab\ufffd',
  });
  const due = await services.db
    .selectFrom('activity_due')
    .select(['hour', 'member_id'])
    .distinct()
    .orderBy('hour')
    .execute();
  expect(due).toEqual([
    { hour: new Date('2026-10-22T10:00:00Z'), member_id: 'mem_1' },
    { hour: new Date('2026-11-20T10:00:00Z'), member_id: 'mem_1' },
  ]);
});

const due = () =>
  services.db.selectFrom('activity_due').select(['hour', 'member_id']).distinct().orderBy('member_id').execute();
const found = (sameAs: string) =>
  services.db
    .selectFrom('activity_events')
    .selectAll()
    .where('id', '=', activityId(event({ sameAs: [sameAs] })))
    .executeTakeFirstOrThrow();

it('has counted again where an event stands, and where it stood as nobody’s', async () => {
  await record([event({ sameAs: ['nobodys'], memberId: null })]);
  await services.db.deleteFrom('activity_due').execute();
  await record([event({ sameAs: ['nobodys'], reportedAt: new Date(at.getTime() + 2 * 3_600_000) })]);
  const hour = new Date('2026-11-20T10:00:00Z');
  expect(await due()).toEqual([
    { hour, member_id: '' },
    { hour, member_id: 'mem_1' },
  ]);
});

it('lets nobody add to the event of another member, nor keep content beside it', async () => {
  await record([event({ sameAs: ['mine'] })]);
  const others = event({ sameAs: ['mine'], memberId: 'mem_2', turnId: 'turn-2' });
  expect(await record([others])).toEqual([]);
  expect(await found('mine')).toMatchObject({ member_id: 'mem_1', turn_id: null });
  const keep = (of: ActivityEvent) =>
    services.db
      .transaction()
      .execute((tx) => keepFormerContent(services, tx, [{ event: of, content: { output: 'text' } }], at));
  await keep(others);
  expect(await services.db.selectFrom('activity_content').select('member_id').execute()).toEqual([]);
  await keep(event({ sameAs: ['mine'] }));
  expect(await services.db.selectFrom('activity_content').select('member_id').execute()).toEqual([
    { member_id: 'mem_1' },
  ]);
});

it('knows of a call that was given up when it ends after all', async () => {
  const call = (outcome: ActivityEvent['outcome']) =>
    event({ kind: 'model.call', source: 'gateway', sameAs: ['call'], outcome });
  await record([call('failed')]);
  expect(await record([call('failed')])).toHaveLength(0);
  const [id = ''] = await record([call('completed')]);
  const row = await services.db.selectFrom('activity_events').select('outcome').where('id', '=', id).execute();
  expect(row).toEqual([{ outcome: 'completed' }]);
});

it('is one row in a thread whose id has no time, and takes years of six digits', async () => {
  const late = new Date(at.getTime() + 1_000);
  const other = (reportedAt: Date) => event({ sameAs: ['other'], threadId: 'a-thread', reportedAt });
  expect(activityId(other(at))).toBe(activityId(other(late)));
  await record([other(new Date('+012345-01-01T00:00:00Z'))]);
  expect((await rows()).filter(({ thread_id }) => thread_id === 'a-thread')).toMatchObject([{ at, reported_at: null }]);
});
