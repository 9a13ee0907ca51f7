import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { ActivityEvent } from '#contract/activity-events.ts';
import { createHttpApp } from '#server/http/create-http-app.ts';
import { mountOwnApi } from '#server/http/own-api.ts';
import type { OwnApi } from '#server/http/own-api-caller.ts';
import { activityEvent, recordEvents } from '#testing/activity.ts';
import { apiClient } from '#testing/own-api-client.ts';
import { signedInAs } from '#testing/signed-in-as.ts';
import { openTestServices, seedMember, seedWorkspace, type TestServices } from '#testing/test-services.ts';
import { countUsage } from './count-usage.ts';
import { keepFigures } from './recount-now.ts';
import { analyticsRoutes } from './routes.ts';

let services: TestServices;
let workspaceId: string;
let ada: string;
let grace: string;
const now = new Date('2026-11-26T12:00:00Z');

const event = (more: Partial<ActivityEvent> & Pick<ActivityEvent, 'sameAs' | 'reportedAt'>) =>
  activityEvent({ workspaceId, memberId: ada, ...more });
const on = (day: string, time = '09:00:00') => new Date(`2026-11-${day}T${time}Z`);

/** Ada on three days in a row with two surfaces, Grace on one; a refused call, tools and what was decided about them. */
const story = (): ActivityEvent[] => [
  ...['24', '25', '26'].map((day) =>
    event({
      sameAs: [day],
      reportedAt: on(day),
      threadId: `t${day}`,
      turnId: 'u1',
      inputTokens: 100,
      cachedInputTokens: 40,
      outputTokens: 10,
      costUsd: 0.5,
      credits: 2,
    }),
  ),
  // The same thread goes on in the editor, with another model.
  event({
    sameAs: ['ide'],
    reportedAt: on('26', '10:00:00'),
    threadId: 't26',
    turnId: 'u2',
    surface: 'CODEX_IDE_VSCODE',
    client: 'codex_vscode',
    model: 'gpt-5.5-mini',
    inputTokens: 10,
    outputTokens: 1,
  }),
  event({
    sameAs: ['grace'],
    reportedAt: on('20'),
    memberId: grace,
    threadId: 'g1',
    turnId: 'u1',
    costUsd: 1,
    credits: 9,
  }),
  event({
    sameAs: ['no'],
    reportedAt: on('25'),
    outcome: 'refused',
    code: 'policy-outdated',
    threadId: 'x',
    turnId: 'x',
  }),
  event({
    sameAs: ['tool1'],
    reportedAt: on('26'),
    kind: 'tool.completed',
    source: 'otel',
    tool: '=exec',
    durationMs: 30,
  }),
  event({
    sameAs: ['tool2'],
    reportedAt: on('26'),
    kind: 'tool.completed',
    source: 'otel',
    tool: '=exec',
    outcome: 'failed',
    durationMs: 10,
  }),
  event({
    sameAs: ['dec1'],
    reportedAt: on('26'),
    kind: 'tool.decided',
    source: 'otel',
    tool: 'exec',
    decision: 'forbidden',
    decidedBy: 'policy',
    rule: '12.3.1',
    policyName: 'Engineering',
    outcome: null,
  }),
  event({
    sameAs: ['dec2'],
    reportedAt: on('25'),
    kind: 'tool.decided',
    source: 'otel',
    tool: 'exec',
    decision: 'denied',
    decidedBy: 'user',
    outcome: null,
  }),
];

function as() {
  const app = createHttpApp({ log: services.log, trustedProxies: [] });
  const member = signedInAs({ memberId: ada, workspaceId }, { role: 'owner' });
  mountOwnApi(app, {
    router: { analytics: analyticsRoutes(services) },
    origin: services.origin,
    readMember: async () => member,
  });
  return { app, client: apiClient(app) };
}
type Analytics = OwnApi['analytics'];
const get = async <Name extends 'summary' | 'groups' | 'tools' | 'members' | 'status' | 'codeReviews'>(
  name: Name,
  query = '',
) => {
  const answer = await as().client.call<Awaited<ReturnType<Analytics[Name]>>>(
    'GET',
    `/analytics/${name === 'codeReviews' ? 'code-reviews' : name}?${query}`,
  );
  expect(answer.status, JSON.stringify(answer.body)).toBe(200);
  return answer.body;
};
const download = async (query: string): Promise<{ text: string; response: Response }> => {
  const response = await as().app.request(
    `/api/v1/analytics/export?${query}`,
    {},
    { incoming: { socket: { remoteAddress: '192.0.2.1' } } },
  );
  return { text: await response.text(), response };
};

beforeAll(async () => {
  services = await openTestServices();
  services.setNow(now);
  ({ workspaceId, ownerId: ada } = await seedWorkspace(services.db));
  grace = await seedMember(services.db, { workspaceId, email: 'grace@example.com', name: '=HYPERLINK("x")' });
  await seedMember(services.db, { workspaceId, email: 'idle@example.com' });
  await services.db
    .insertInto('groups')
    .values({ id: 'grp_1', workspace_id: workspaceId, name: 'Engineering', created_at: now })
    .execute();
  await services.db
    .insertInto('group_members')
    .values({ workspace_id: workspaceId, group_id: 'grp_1', member_id: ada, added_at: now })
    .execute();
  await recordEvents(services.db, story(), now);
});
afterAll(() => services.close());

test('before anything is counted, it says that something waits', async () => {
  services.setNow(new Date(now.getTime() + 3_000));
  const { freshness, panels } = await get('status');
  expect(freshness).toMatchObject({
    waiting: expect.any(Number),
    secondsBehind: 3,
    countedThrough: now.toISOString(),
    newestEventAt: on('26', '10:00:00').toISOString(),
  });
  expect(freshness.waiting).toBeGreaterThan(0);
  expect(panels.usage).toEqual({ state: 'none', sentence: 'Nobody worked with Codex in this period.' });
  services.setNow(now);
  await countUsage(services).runToEnd();
  expect((await get('status')).freshness).toMatchObject({
    waiting: 0,
    secondsBehind: 0,
    countedThrough: now.toISOString(),
    recount: null,
  });
});

describe('after it is counted', () => {
  test('the summary has the right number at every level', async () => {
    const summary = await get('summary', 'from=2026-11-20&to=2026-11-26');
    expect(summary).toMatchObject({
      timeZone: 'UTC',
      buckets: ['2026-11-20', '2026-11-21', '2026-11-22', '2026-11-23', '2026-11-24', '2026-11-25', '2026-11-26'],
      totals: {
        activeMembers: 2,
        threads: 4,
        turns: 5,
        calls: 5,
        refusedCalls: 1,
        unpricedCalls: 1,
        uncachedInputTokens: 190,
        cachedInputTokens: 120,
        outputTokens: 31,
        totalTokens: 341,
        credits: 15,
        costUsd: 2.5,
      },
      previous: { from: '2026-11-13', to: '2026-11-19', totals: { activeMembers: 0, calls: 0 } },
    });
    // One thread on two surfaces is one thread of that day, and one of each surface.
    expect(summary.series[6]).toMatchObject({ threads: 1, turns: 2, activeMembers: 1 });
    expect(summary.bySurface).toMatchObject([
      { key: 'CODEX_CLI', totals: { activeMembers: 2, threads: 4, calls: 4 } },
      { key: 'CODEX_IDE_VSCODE', totals: { activeMembers: 1, threads: 1, calls: 1 } },
    ]);
    expect(summary.byModel.map(({ key }) => key)).toEqual(['gpt-5.5', 'gpt-5.5-mini']);
    expect(summary.bySurface[1]?.series[6]).toMatchObject({ threads: 1, activeMembers: 1 });
  });

  test.each([
    ['surface=CODEX_IDE_VSCODE', { threads: 1, turns: 1, calls: 1, activeMembers: 1 }],
    ['model=gpt-5.5', { threads: 4, turns: 4, calls: 4, activeMembers: 2 }],
    ['client=codex_vscode', { threads: 1, calls: 1, activeMembers: 1 }],
    ['groupId=grp_1', { threads: 3, calls: 4, activeMembers: 1, credits: 6 }],
    ['groupId=nothing', { threads: 0, calls: 0, activeMembers: 0 }],
    ['interval=week', { threads: 4, calls: 5, activeMembers: 2 }],
  ])('filter %s', async (query, totals) => {
    expect((await get('summary', `from=2026-11-20&to=2026-11-26&${query}`)).totals).toMatchObject(totals);
  });

  test('one member alone, by day and by week', async () => {
    const one = await get('summary', `from=2026-11-20&to=2026-11-26&memberId=${grace}`);
    expect(one.totals).toMatchObject({ threads: 1, credits: 9, activeMembers: 1 });
    const weeks = await get('summary', `from=2026-11-20&to=2026-11-26&interval=week&memberId=${ada}`);
    expect(weeks).toMatchObject({ from: '2026-11-16', to: '2026-11-29', buckets: ['2026-11-16', '2026-11-23'] });
    expect(weeks.series.map(({ calls, activeMembers }) => [calls, activeMembers])).toEqual([
      [0, 0],
      [4, 1],
    ]);
  });

  test('groups show who of them uses it', async () => {
    const { groups } = await get('groups', 'from=2026-11-25&to=2026-11-26');
    expect(groups).toMatchObject([
      {
        key: '',
        label: 'Everybody',
        members: 3,
        totals: { activeMembers: 1, calls: 3 },
        adoption: [
          { activeMembers: 1, members: 3 },
          { activeMembers: 1, members: 3 },
        ],
      },
      {
        key: 'grp_1',
        label: 'Engineering',
        members: 1,
        totals: { activeMembers: 1 },
        adoption: [
          { activeMembers: 1, members: 1 },
          { activeMembers: 1, members: 1 },
        ],
      },
    ]);
  });

  test('tools, decisions, what was blocked by which rule, and what the gateway refused', async () => {
    const tools = await get('tools', 'from=2026-11-25&to=2026-11-26');
    expect(tools).toMatchObject({
      tools: [{ tool: '=exec', times: 2, failed: 1, averageMs: 20, series: [0, 2] }],
      blocked: [
        {
          rule: '12.3.1',
          policyName: 'Engineering',
          whyPath: '/why/12.3.1',
          decidedBy: 'policy',
          lastDay: '2026-11-26',
          times: 1,
          series: [0, 1],
        },
      ],
      refusals: [{ code: 'policy-outdated', times: 1, series: [1, 0] }],
    });
    expect(tools.decisions).toHaveLength(2);
    expect(await get('tools', `memberId=${grace}`)).toMatchObject({
      tools: [],
      decisions: [],
      blocked: [],
      refusals: [],
    });
  });

  test('members in every order', async () => {
    const page = await get('members', 'from=2026-10-28&to=2026-11-26');
    expect(page).toMatchObject({
      total: 2,
      pages: 1,
      items: [
        { rank: 1, memberId: grace, credits: 9, activeDays: 1, streakDays: 0, lastActiveDay: '2026-11-20', groups: [] },
        {
          rank: 2,
          memberId: ada,
          credits: 6,
          threads: 3,
          turns: 4,
          totalTokens: 341,
          activeDays: 3,
          streakDays: 3,
          lastActiveDay: '2026-11-26',
          groups: [{ id: 'grp_1', name: 'Engineering' }],
        },
      ],
    });
    for (const sort of ['costUsd', 'threads', 'turns', 'totalTokens', 'calls', 'activeDays', 'streakDays'])
      expect((await get('members', `sort=${sort}`)).items[0]?.memberId, sort).toBe(ada);
    expect((await get('members', 'sort=credits&direction=asc')).items[0]?.memberId).toBe(ada);
    expect(await get('members', 'search=GRACE@')).toMatchObject({ total: 1, items: [{ memberId: grace }] });
    expect(await get('members', 'page=2&limit=1')).toMatchObject({
      total: 2,
      pages: 2,
      items: [{ rank: 2, memberId: ada }],
    });
    expect(await get('members', 'page=9')).toMatchObject({ total: 2, items: [] });
    expect(await get('members', 'groupId=grp_1&surface=CODEX_IDE_VSCODE')).toMatchObject({
      total: 1,
      items: [{ memberId: ada, calls: 1, activeDays: 1, streakDays: 1 }],
    });
  });

  test('a streak is not broken by a day that is not over, and goes over months', async () => {
    expect((await get('members', 'to=2026-11-27&sort=streakDays')).items[0]).toMatchObject({
      memberId: ada,
      streakDays: 3,
    });
    expect((await get('members', 'to=2026-11-28')).items.find(({ memberId }) => memberId === ada)).toMatchObject({
      streakDays: 0,
    });
  });

  test('it says how whole the figures are, and why a panel is empty', async () => {
    const status = await get('status', 'from=2026-11-20&to=2026-11-26');
    expect(status.completeness).toMatchObject({
      activeMembers: 2,
      unpricedCalls: 1,
      reporting: [
        { source: 'gateway', members: 2 },
        { source: 'otel', members: 1 },
        { source: 'client-events', members: 0, lastAt: null },
      ],
    });
    expect(status.panels).toMatchObject({
      usage: { state: 'shown' },
      cost: { state: 'shown' },
      tools: { state: 'shown' },
      codeReviews: { state: 'not-collected' },
    });
    expect(status.filters).toEqual({
      surfaces: ['CODEX_CLI', 'CODEX_IDE_VSCODE'],
      models: ['gpt-5.5', 'gpt-5.5-mini'],
      clients: ['codex_exec', 'codex_vscode'],
      groups: [{ id: 'grp_1', name: 'Engineering' }],
    });
    expect((await get('status', 'from=2026-11-20&to=2026-11-20')).panels).toMatchObject({
      tools: { state: 'not-collected' },
      blocked: { state: 'not-collected' },
    });
    await services.db.updateTable('workspaces').set({ codex_local_enabled: false }).execute();
    expect((await get('status', 'from=2026-11-01&to=2026-11-02')).panels.usage.state).toBe('off');
    await services.db.updateTable('workspaces').set({ codex_local_enabled: true }).execute();
    expect(await get('codeReviews')).toMatchObject({ reviews: [], panel: { state: 'not-collected' } });
  });

  test('a download is a file, safe in a spreadsheet, and leaves a trace', async () => {
    const workspace = await download('what=workspace&from=2026-11-24&to=2026-11-26');
    expect(workspace.response.headers.get('content-type')).toBe('text/csv; charset=utf-8');
    expect(workspace.response.headers.get('content-disposition')).toBe(
      'attachment; filename="codex-workspace-2026-11-24-2026-11-26.csv"',
    );
    const [head, ...lines] = workspace.text.trimEnd().split('\r\n');
    expect(head).toMatch(/^date,surface,activeMembers,threads,turns,/);
    expect(lines.map((line) => line.split(',').slice(0, 5).join())).toEqual([
      '2026-11-24,CODEX_CLI,1,1,1',
      '2026-11-25,CODEX_CLI,1,1,1',
      '2026-11-26,CODEX_CLI,1,1,1',
      '2026-11-26,CODEX_IDE_VSCODE,1,1,1',
    ]);
    const people = await download('what=members&emails=true');
    expect(people.text).toContain(`"'=HYPERLINK(""x"")",grace@example.com`);
    const json = JSON.parse((await download('what=members&format=json')).text);
    expect(json).toHaveLength(2);
    expect(JSON.stringify(json)).not.toContain('example.com');
    expect((await download('what=members&from=2020-01-01&to=2020-01-02')).text).toBe('from,to,memberId\r\n');
    expect(JSON.parse((await download('what=workspace&format=json&from=2020-01-01&to=2020-01-02')).text)).toEqual([]);
    const entries = await services.db
      .selectFrom('audit_events')
      .select('payload')
      .where('event', '=', 'analytics.exported')
      .execute();
    expect(entries).toHaveLength(5);
    expect(entries[1]?.payload).toMatchObject({ what: 'members', emails: true });
  });

  test.each([
    ['summary?from=2026-11-26&to=2026-11-25', 'Is after'],
    ['summary?from=2020-01-01&to=2026-11-25', 'More than'],
    ['summary?from=yesterday', 'Invalid'],
    ['members?sort=height', 'Invalid'],
    ['export?what=everything', 'Invalid'],
  ])('%s is refused with what is wrong', async (path, message) => {
    const answer = await as().client.call<{ data: { issues: { message: string }[] } }>('GET', `/analytics/${path}`);
    expect(answer.status).toBe(400);
    expect(answer.body.data.issues[0]?.message).toContain(message);
  });
});

describe('counting everything again', () => {
  test('is asked for, shows how far it is, and gives the same', async () => {
    const before = await get('summary', 'from=2026-11-01&to=2026-11-26');
    await services.db.updateTable('usage_days').set({ calls: 99, credits: 1_000 }).execute();
    const answer = await as().client.call('POST', '/analytics/recount', {});
    expect(answer).toMatchObject({ status: 200, body: { days: 9 } });
    expect((await get('status')).freshness.recount).toEqual({ because: 'asked', timeZone: null, days: 9, daysDone: 0 });
    await countUsage(services).runToEnd();
    expect((await get('status')).freshness.recount).toBeNull();
    expect(await get('summary', 'from=2026-11-01&to=2026-11-26')).toEqual(before);
  });

  test('what was counted of days whose events are deleted stays', async () => {
    await services.db.deleteFrom('activity_events').where('at', '<', on('21')).execute();
    await as().client.call('POST', '/analytics/recount', {});
    await countUsage(services).runToEnd();
    expect((await get('summary', 'from=2026-11-20&to=2026-11-26')).totals).toMatchObject({
      activeMembers: 2,
      credits: 15,
    });
  });

  test('another time zone is shown once it is counted', async () => {
    await services.db.updateTable('workspaces').set({ time_zone: 'Pacific/Kiritimati' }).execute();
    expect(await get('status')).toMatchObject({ timeZone: 'UTC', to: '2026-11-26' });
    await countUsage(services).runToEnd();
    const summary = await get('summary', 'from=2026-11-25&to=2026-11-27');
    expect(summary).toMatchObject({ timeZone: 'Pacific/Kiritimati' });
    // 10:00 UTC is midnight there.
    expect(summary.series.map(({ calls }: { calls: number }) => calls)).toEqual([1, 1, 1]);
  });

  test('what was counted of events that a retention rule deleted stays, also where some of them are held', async () => {
    const before = await get('summary', 'from=2026-11-20&to=2026-11-26');
    await services.db.transaction().execute((tx) => keepFigures(tx, { workspaceId, before: on('25', '10:00:00') }));
    await services.db
      .deleteFrom('activity_events')
      .where('kind', '=', 'model.call')
      .where('at', '<', on('25', '08:00:00'))
      .execute();
    // A late report of a day of which events are gone.
    await recordEvents(services.db, [event({ sameAs: ['late'], reportedAt: on('25', '07:00:00') })], now);
    await as().client.call('POST', '/analytics/recount', {});
    await countUsage(services).runToEnd();
    expect(await get('summary', 'from=2026-11-20&to=2026-11-26')).toEqual(before);
  });
});
