import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { workspaceUuid } from '#contract/workspace-uuid.ts';
import { analyticsApiDialect } from '#server/analytics/index.ts';
import { createHttpApp } from '#server/http/create-http-app.ts';
import { mountUnknownPaths } from '#server/http/unknown-paths.ts';
import { mountDialect } from '#server/http/wire-routes.ts';
import { openKeyReader } from '#server/keys/index.ts';
import { activityEvent, recordEvents } from '#testing/activity.ts';
import { seedKey } from '#testing/seed-key.ts';
import { type SeedUse, seedUsage, seedWorkspaceUsage } from '#testing/seed-usage.ts';
import { openTestServices, seedWorkspace, type TestServices } from '#testing/test-services.ts';
import { openVendorSchemas } from '#testing/vendor-schemas/validate.ts';
import { analyticsCalls } from './dialect.ts';
import type { Fault, UsageRow } from './wire.ts';

let services: TestServices;
let workspaceId: string;
let ada: string;
let secret: string;
let keyId: string;
let app: ReturnType<typeof createHttpApp>;
const now = new Date('2026-06-15T12:00:00Z');
const seconds = (day: string) => Date.parse(`${day}T00:00:00Z`) / 1000;
const vendor = openVendorSchemas('analytics');
const schemaOf = { usage: 'UsagePage', code_reviews: 'PageReviews', code_review_responses: 'PageCodeReviewResponses' };

beforeAll(async () => {
  services = await openTestServices();
});
afterAll(() => services.close());
beforeEach(async () => {
  services.setNow(null);
  await services.db.deleteFrom('workspaces').execute();
  const seeded = await seedWorkspace(services.db);
  workspaceId = seeded.workspaceId;
  ada = seeded.ownerId;
  services.setNow(now);
  ({ secret, keyId } = await seedKey(services, {
    workspaceId,
    scopes: ['codex.enterprise.analytics.read'],
    expiresAt: new Date('2027-01-01'),
  }));
  app = createHttpApp({ log: services.log, trustedProxies: [] });
  const noClients = () => Promise.reject(new Error('asks for no client'));
  mountDialect(app, analyticsApiDialect(services), noClients, openKeyReader(services));
  mountUnknownPaths(app);
});

interface Body {
  object: string;
  data: UsageRow[];
  has_more: boolean;
  next_page: string | null;
  detail?: unknown;
}

interface Ask {
  of?: keyof typeof schemaOf;
  id?: string;
  method?: string;
  authorization?: string | null;
}

async function ask(query = '', { of = 'usage', id = workspaceId, method = 'GET', authorization }: Ask = {}) {
  const credential = authorization === undefined ? `Bearer ${secret}` : authorization;
  const headers: Record<string, string> = credential === null ? {} : { authorization: credential };
  const path = `/v1/analytics/codex/workspaces/${id}/${of}${query && `?${query}`}`;
  const response = await app.request(path, { method, headers });
  const text = await response.text();
  const body = (text === '' ? {} : JSON.parse(text)) as Body;
  if (response.status === 200 && method === 'GET') expect(vendor(schemaOf[of], body)).toBeNull();
  if (response.status === 422) expect(vendor('HTTPValidationError', body)).toBeNull();
  return { status: response.status, headers: response.headers, body, text };
}
const faultsOf = async (query: string, options: Ask = {}) => {
  const { status, body } = await ask(query, options);
  return { status, faults: ((body.detail ?? []) as Fault[]).map(({ loc, type }) => `${loc.join('.')} ${type}`) };
};
const use = (day: string, memberId: string, more: Partial<SeedUse> = {}): SeedUse => ({
  workspaceId,
  day,
  memberId,
  ...more,
});
/** A cursor as ours would be, but for this. */
const page = (more: Record<string, unknown>) => {
  const own = {
    of: 'usage',
    start_time: null,
    end_time: null,
    group: null,
    group_by: null,
    from: 0,
    until: 1,
    bucket: 0,
  };
  return Buffer.from(JSON.stringify({ ...own, memberId: 'mem_a', ...more })).toString('base64url');
};
const placesOf = ({ data }: Body) =>
  data.map(({ start_time, user_id }) => `${new Date(start_time * 1000).toISOString().slice(0, 10)} ${user_id}`);
const readings = () =>
  services.db.selectFrom('audit_events').selectAll().where('workspace_id', '=', workspaceId).execute();

describe('rows', () => {
  it('tell what a member used on a day, by client and model', async () => {
    await seedUsage(services.db, [
      use('2026-06-10', ada, { threads: 1, turns: 3, credits: 2.5, costUsd: 0.1249 }),
      use('2026-06-10', ada, {
        surface: 'CODEX_IDE_VSCODE',
        model: 'small',
        threads: 0,
        threadsOfSurface: 1,
        turns: 1,
        costUsd: 0.0021,
      }),
      use('2026-06-10', ada, {
        model: '',
        calls: 2,
        unpricedCalls: 2,
        inputTokens: 0,
        cachedInputTokens: 0,
        outputTokens: 0,
        threads: 0,
        turns: 0,
      }),
      use('2026-06-10', ada, { model: 'refused-only', calls: 0, refusedCalls: 4, inputTokens: 0 }),
    ]);
    const tokens = {
      uncached_text_input_tokens: 750,
      cached_text_input_tokens: 250,
      text_output_tokens: 400,
      text_total_tokens: 1_400,
    };
    const { body } = await ask();
    expect(body).toEqual({
      object: 'page',
      has_more: false,
      next_page: null,
      data: [
        {
          object: 'workspace.codex.usage.result',
          start_time: seconds('2026-06-10'),
          end_time: seconds('2026-06-11'),
          user_id: ada,
          actor: { type: 'ACCOUNT_USER', user_id: ada, email: 'ada@example.com' },
          totals: {
            threads: 1,
            turns: 4,
            credits: 2.5,
            estimated_cost_usd: 0.13,
            uncached_text_input_tokens: 1_500,
            cached_text_input_tokens: 500,
            text_output_tokens: 800,
            text_total_tokens: 2_800,
          },
          clients: [
            { client_id: 'CODEX_CLI', threads: 1, turns: 3, credits: 2.5, estimated_cost_usd: 0.12, ...tokens },
            { client_id: 'CODEX_IDE_VSCODE', threads: 1, turns: 1, credits: 0, estimated_cost_usd: 0, ...tokens },
          ],
          models: [
            { model: 'corp-model', speed: null, credits: 2.5, estimated_cost_usd: 0.12, ...tokens },
            {
              model: 'other',
              speed: null,
              credits: 0,
              estimated_cost_usd: null,
              uncached_text_input_tokens: 0,
              cached_text_input_tokens: 0,
              text_output_tokens: 0,
              text_total_tokens: 0,
            },
            { model: 'small', speed: null, credits: 0, estimated_cost_usd: 0, ...tokens },
          ],
          code_attribution: null,
        },
      ],
    });
  });

  it('of members who are gone have no address, and calls of nobody known no actor', async () => {
    await seedUsage(services.db, [use('2026-06-10', ''), use('2026-06-10', 'mem_gone')]);
    const { body } = await ask();
    expect(body.data.map(({ user_id, actor }) => [user_id, actor])).toEqual([
      [null, null],
      ['mem_gone', { type: 'ACCOUNT_USER', user_id: 'mem_gone', email: null }],
    ]);
  });

  it('of the workspace have nobody, and are its own count', async () => {
    await seedUsage(services.db, [use('2026-06-10', ada), use('2026-06-10', 'mem_b')]);
    await seedWorkspaceUsage(services.db, [use('2026-06-10', '', { threads: 2, turns: 5 }), use('2026-06-12', '')]);
    const { body } = await ask('group=workspace');
    expect(
      body.data.map(({ start_time, user_id, actor, totals }) => [start_time, user_id, actor, totals.threads]),
    ).toEqual([
      [seconds('2026-06-10'), null, null, 2],
      [seconds('2026-06-12'), null, null, 1],
    ]);
  });

  it('of weeks begin on Mondays, are cut by the window and add up', async () => {
    const days = ['2026-06-03', '2026-06-07', '2026-06-08', '2026-06-09', '2026-06-14'];
    await seedUsage(
      services.db,
      days.flatMap((day) => [use(day, ada), use(day, 'mem_b')]),
    );
    await seedWorkspaceUsage(
      services.db,
      days.map((day) => use(day, '', { threads: 3 })),
    );
    const window = `start_time=${seconds('2026-06-02')}&end_time=${seconds('2026-06-12')}&group_by=week`;
    const rowsOf = async (more: string) =>
      (await ask(`${window}${more}`)).body.data.map(({ start_time, end_time, user_id, totals }) => [
        start_time,
        end_time,
        user_id,
        totals.threads,
      ]);
    const [first, second] = [
      [seconds('2026-06-02'), seconds('2026-06-08')],
      [seconds('2026-06-08'), seconds('2026-06-12')],
    ];
    const members = [ada, 'mem_b'].sort();
    expect(await rowsOf('')).toEqual([
      ...members.map((id) => [...(first ?? []), id, 2]),
      ...members.map((id) => [...(second ?? []), id, 2]),
    ]);
    expect(await rowsOf('&group=workspace')).toEqual([
      [...(first ?? []), null, 6],
      [...(second ?? []), null, 6],
    ]);
  });

  it('tell the lines that clients report as accepted, and nothing of those who report none', async () => {
    const reported = (memberId: string, at: string, detail: Record<string, unknown>) =>
      activityEvent({
        workspaceId,
        sameAs: [memberId, at],
        reportedAt: new Date(at),
        memberId,
        kind: 'client.reported',
        source: 'client-events',
        detail,
      });
    await recordEvents(
      services.db,
      [
        reported(ada, '2026-06-10T00:00:00Z', { addedLines: 10, deletedLines: 3 }),
        reported(ada, '2026-06-10T23:59:59Z', { addedLines: 5 }),
        reported(ada, '2026-06-11T00:00:00Z', { addedLines: 7 }),
        reported('mem_b', '2026-06-10T12:00:00Z', { addedLines: 'many' }),
      ],
      now,
    );
    await seedUsage(services.db, [use('2026-06-10', ada), use('2026-06-10', 'mem_b'), use('2026-06-11', ada)]);
    await seedWorkspaceUsage(services.db, [use('2026-06-10', '')]);
    const linesOf = ({ data }: Body) => data.map(({ code_attribution: of }) => of?.lines_of_code ?? null);
    const nothing = { committed: null, total_committed_lines: null, committed_percentage: null };
    const { body } = await ask();
    const onTenth = [{ added: 15, removed: 3, ...nothing }, null];
    expect(linesOf(body)).toEqual([
      ...(ada < 'mem_b' ? onTenth : onTenth.reverse()),
      { added: 7, removed: null, ...nothing },
    ]);
    expect(linesOf((await ask('group=workspace')).body)).toEqual([{ added: 15, removed: 3, ...nothing }]);
  });

  it('of another workspace are not here', async () => {
    const other = await seedWorkspace(services.db, { name: 'Other Ltd' });
    await seedUsage(services.db, [{ workspaceId: other.workspaceId, day: '2026-06-10', memberId: other.ownerId }]);
    expect((await ask()).body.data).toEqual([]);
    expect((await ask('', { id: other.workspaceId })).status).toBe(404);
  });

  it('of code reviews are none: there are no reviews', async () => {
    const none = { object: 'page', data: [], has_more: false, next_page: null };
    const kinds = ['code_reviews', 'code_review_responses'] as const;
    expect((await Promise.all(kinds.map((of) => ask('', { of })))).map(({ body }) => body)).toEqual([none, none]);
  });
});

describe('the window', () => {
  const everyDay = ['2026-03-16', '2026-03-17', '2026-05-16', '2026-05-17', '2026-06-14', '2026-06-15', '2026-06-16'];
  beforeEach(() =>
    seedUsage(
      services.db,
      everyDay.map((day) => use(day, ada)),
    ),
  );
  const daysOf = async (query: string) => placesOf((await ask(query)).body).map((place) => place.slice(5, 10));

  it.each<[string, string, string[]]>([
    ['is the last 30 days, today included', '', ['05-17', '06-14', '06-15']],
    ['ends with today', `start_time=${seconds('2026-06-14')}`, ['06-14', '06-15']],
    ['has 30 days before an end alone', `end_time=${seconds('2026-06-15')}`, ['05-16', '05-17', '06-14']],
    ['excludes its end', `start_time=${seconds('2026-06-14')}&end_time=${seconds('2026-06-15')}`, ['06-14']],
    [
      'includes a day of which it has a part',
      `start_time=${seconds('2026-06-14') + 3_600}&end_time=${seconds('2026-06-15') + 1}`,
      ['06-14', '06-15'],
    ],
    ['may be empty', `start_time=${seconds('2026-06-14')}&end_time=${seconds('2026-06-14')}`, []],
    ['may go beyond today', `start_time=${seconds('2026-06-16')}&end_time=${seconds('2027-01-01')}`, ['06-16']],
    [
      'looks back as far as there is anything',
      'start_time=0&end_time=253370764799',
      everyDay.map((day) => day.slice(5)),
    ],
    [
      'looks back 90 days with group_by',
      `start_time=${seconds('2026-03-17')}&group_by=day`,
      ['03-17', '05-16', '05-17', '06-14', '06-15'],
    ],
    ['counts the last of what is repeated', `start_time=x&start_time=${seconds('2026-06-15')}`, ['06-15']],
    ['minds nothing it does not know', `colour=blue&start_time=${seconds('2026-06-15')}`, ['06-15']],
  ])('%s', async (_what, query, days) => {
    expect(await daysOf(query)).toEqual(days);
  });

  it.each<[string, string[]]>([
    ['start_time=x', ['query.start_time int_parsing']],
    ['start_time=', ['query.start_time int_parsing']],
    ['start_time=1.5', ['query.start_time int_parsing']],
    ['start_time=-1', ['query.start_time greater_than_equal']],
    ['end_time=253370764800', ['query.end_time less_than_equal']],
    ['end_time=1730419200000000', ['query.end_time less_than_equal']],
    ['limit=0', ['query.limit greater_than_equal']],
    ['limit=30001', ['query.limit less_than_equal']],
    ['limit=ten', ['query.limit int_parsing']],
    ['group=team', ['query.group enum']],
    ['group_by=month', ['query.group_by enum']],
    ['page=cursor-token', ['query.page value_error']],
    ['page=bnVsbA', ['query.page value_error']],
    [`page=${page({ until: 1e15 })}`, ['query.page value_error']],
    [`page=${page({ memberId: '\u0000' })}`, ['query.page value_error']],
    [`page=${page({ of: 'code_reviews' })}`, ['query.page value_error']],
    [`page=${'A'.repeat(2_000)}`, ['query.page value_error']],
    [`start_time=${seconds('2026-06-14')}&end_time=${seconds('2026-06-13')}`, ['query.end_time value_error']],
    [`start_time=${seconds('2026-06-17')}`, ['query.start_time value_error']],
    [`start_time=${seconds('2026-03-16')}&group_by=day`, ['query.start_time greater_than_equal']],
    [
      'start_time=x&limit=0&group=x&group_by=x',
      ['query.start_time int_parsing', 'query.limit greater_than_equal', 'query.group enum', 'query.group_by enum'],
    ],
  ])('%s is refused with where and why', async (query, faults) => {
    expect(await faultsOf(query)).toEqual({ status: 422, faults });
    expect(await readings()).toEqual([]);
  });

  it('tells the limits that were passed', async () => {
    expect((await ask('limit=30001')).body.detail).toEqual([
      {
        loc: ['query', 'limit'],
        msg: expect.any(String),
        type: 'less_than_equal',
        input: '30001',
        ctx: { le: 30_000 },
      },
    ]);
  });

  it('of code reviews has no group', async () => {
    expect((await ask('group=whatever', { of: 'code_reviews' })).status).toBe(200);
    expect(await faultsOf('limit=0', { of: 'code_review_responses' })).toEqual({
      status: 422,
      faults: ['query.limit greater_than_equal'],
    });
  });
});

describe('pages', () => {
  async function readAll(query: string, next = '') {
    const places: string[] = [];
    for (let page: string | null = ''; page !== null; ) {
      const { body }: { body: Body } = await ask(page === '' ? query : `${next || query}&page=${page}`);
      expect(body.has_more).toBe(body.next_page !== null);
      places.push(...placesOf(body));
      page = body.next_page;
    }
    return places;
  }

  it.each([1, 2, 3, 7, 1_000])('of %i rows hold each row once, in order', async (limit) => {
    const ids = ['mem_a', 'mem_b', 'mem_c'];
    const days = ['2026-06-08', '2026-06-10', '2026-06-11'];
    const surfaces = ['CODEX_CLI', 'CODEX_IDE_VSCODE'] as const;
    await seedUsage(
      services.db,
      days.flatMap((day) => ids.flatMap((id) => surfaces.map((surface) => use(day, id, { surface })))),
    );
    await seedWorkspaceUsage(
      services.db,
      days.map((day) => use(day, '')),
    );
    const all = days.flatMap((day) => ids.map((id) => `${day} ${id}`));
    expect(await readAll(`limit=${limit}`)).toEqual(all);
    const workspace = days.map((day) => `${day} null`);
    expect(await readAll(`limit=${limit}&group=workspace`)).toEqual(workspace);
    expect(await readAll(`limit=${limit}&group=workspace`, `limit=${limit}`), 'page says the rest').toEqual(workspace);
    expect(await readAll(`limit=${limit}&group_by=week`)).toEqual(ids.map((id) => `2026-06-08 ${id}`));
  });

  it('go on with their report over midnight, and with no other', async () => {
    await seedUsage(
      services.db,
      ['2026-05-17', '2026-05-18', '2026-06-16'].map((day) => use(day, ada)),
    );
    const { body } = await ask('limit=1');
    services.setNow(new Date('2026-06-16T00:00:01Z'));
    expect(placesOf((await ask(`limit=9&page=${body.next_page}`)).body)).toEqual([`2026-05-18 ${ada}`]);
    const page = `page=${body.next_page}`;
    for (const more of ['group=workspace', 'group_by=week', `start_time=${seconds('2026-05-18')}`])
      expect(await faultsOf(`${page}&${more}`), more).toEqual({ status: 422, faults: ['query.page value_error'] });
    expect((await faultsOf(page, { of: 'code_reviews' })).status).toBe(422);
  });

  it('read members with more than one query when there are many', async () => {
    const ids = Array.from({ length: 2_500 }, (_, index) => `mem_${String(index).padStart(5, '0')}`);
    await seedUsage(
      services.db,
      ids.flatMap((id) => [use('2026-06-10', id), use('2026-06-10', id, { surface: 'CODEX_WEB' })]),
    );
    const { body } = await ask('limit=30000');
    expect(body.data.map(({ user_id }) => user_id)).toEqual(ids);
    expect(body.data.every(({ clients }) => clients.length === 2)).toBe(true);
  });
});

describe('a member with much', () => {
  it('is one row however small the page', async () => {
    const models = Array.from({ length: 700 }, (_, index) => `model-${index}`);
    await seedUsage(services.db, [
      ...models.map((model) => use('2026-06-10', 'mem_a', { model, threads: 1 })),
      use('2026-06-10', 'mem_b'),
    ]);
    const { body } = await ask('limit=1');
    expect(body.data.map(({ user_id, totals, models: found }) => [user_id, totals.threads, found.length])).toEqual([
      ['mem_a', 700, 700],
    ]);
    expect(placesOf((await ask(`limit=1&page=${body.next_page}`)).body)).toEqual(['2026-06-10 mem_b']);
  });
});

describe('who may call', () => {
  it('takes the workspace by its UUID, in either case, and by its own id', async () => {
    const uuid = workspaceUuid(workspaceId);
    expect(uuid).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
    for (const id of [workspaceId, uuid, uuid.toUpperCase()]) expect((await ask('', { id })).status, id).toBe(200);
    expect((await ask('', { id: '019a6f3e-7c1d-7aa0-9b55-000000001000' })).status).toBe(404);
    expect(await faultsOf('', { id: 'default' })).toEqual({ status: 422, faults: ['path.workspace_id uuid_parsing'] });
  });

  it('is asked for a key with the scope', async () => {
    const { secret: other } = await seedKey(services, {
      workspaceId,
      scopes: ['audit.read'],
      expiresAt: new Date('2027-01-01'),
    });
    for (const authorization of [null, 'Bearer rk-x', 'Basic eDp5', secret]) {
      const { status, headers, body } = await ask('', { authorization });
      expect([status, headers.get('www-authenticate')]).toEqual([401, 'Bearer error="invalid_token"']);
      expect(typeof body.detail).toBe('string');
    }
    expect((await ask('', { authorization: `Bearer ${other}` })).status).toBe(403);
    services.setNow(new Date('2027-01-02'));
    expect((await ask()).status).toBe(401);
  });

  it('is told when to come back', async () => {
    for (let count = 0; count < analyticsCalls.points; count += 1)
      expect((await ask('limit=0')).status, 'what is refused counts, too').toBe(422);
    const refused = await ask();
    expect(refused.status).toBe(429);
    expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0);
    expect((await ask('', { of: 'code_reviews' })).status, 'each endpoint for itself').toBe(200);
  });

  it('gets no body for HEAD, and nothing by other methods', async () => {
    const head = await ask('', { method: 'HEAD' });
    expect([head.status, head.headers.get('content-type'), head.text]).toEqual([200, 'application/json', '']);
    for (const method of ['POST', 'DELETE', 'OPTIONS']) expect((await ask('', { method })).status, method).toBe(404);
  });

  it('is in the audit log, once an hour for each key and endpoint', async () => {
    await ask('group=workspace&limit=1');
    await ask();
    await ask('', { of: 'code_reviews' });
    expect(await readings()).toMatchObject([
      {
        event: 'analytics.read',
        actor_kind: 'key',
        actor_id: keyId,
        subject_label: workspaceUuid(workspaceId),
        payload: { what: 'usage', parameters: { group: 'workspace', start_time: null } },
      },
      { payload: { what: 'code_reviews' } },
    ]);
  });
});
