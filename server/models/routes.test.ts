import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createHttpApp } from '#server/http/create-http-app.ts';
import { mountOwnApi } from '#server/http/own-api.ts';
import { activityRoutes, modelsRoutes } from '#server/models/index.ts';
import { failed, httpError, message } from '#testing/servers/model-steps.ts';
import { type ResponsesServer, startResponsesServer } from '#testing/servers/responses.ts';
import { signedInAs } from '#testing/signed-in-as.ts';
import { openTestServices, seedWorkspace, type TestServices } from '#testing/test-services.ts';
import { newCallRow } from './call-row.ts';
import { saveCalls } from './gateway-queries.ts';

let services: TestServices;
let upstream: ResponsesServer;
let workspaceId: string;
let app: ReturnType<typeof createHttpApp>;
const apiKey = 'sk-very-secret-upstream-key-9876';

beforeAll(async () => {
  services = await openTestServices();
  upstream = await startResponsesServer({ apiKey });
  const seeded = await seedWorkspace(services.db);
  workspaceId = seeded.workspaceId;
  const member = signedInAs({ memberId: seeded.ownerId, workspaceId });
  app = createHttpApp({ log: services.log, trustedProxies: [] });
  const router = { models: modelsRoutes(services), activity: activityRoutes(services) };
  mountOwnApi(app, { router, origin: services.origin, readMember: async () => member });
});
afterAll(async () => {
  await upstream.close();
  await services.close();
});

async function ask(method: string, path: string, input?: unknown) {
  const answer = await app.request(`/api/v1${path}`, {
    method,
    ...(input === undefined ? {} : { body: JSON.stringify(input), headers: { 'content-type': 'application/json' } }),
  });
  return { status: answer.status, json: (await answer.json()) as Record<string, unknown> };
}
const facts = (slug: string, more: Record<string, unknown> = {}) => ({
  slug,
  displayName: slug,
  upstreamModel: null,
  contextWindowTokens: 200_000,
  reasoningEfforts: ['low', 'medium'],
  isDefault: false,
  ...more,
});
const model = (slug: string, more: Record<string, unknown> = {}) => ({
  ...facts(slug, more),
  inputUsdPerMillion: 1,
  cachedInputUsdPerMillion: null,
  outputUsdPerMillion: 2,
});
const defaults = async () => {
  const { json } = await ask('GET', '/models');
  return (json.items as { slug: string; isDefault: boolean }[]).filter((row) => row.isDefault).map((row) => row.slug);
};

describe('the upstream', () => {
  it('keeps its key to itself', async () => {
    expect((await ask('GET', '/models/upstream')).json).toEqual({
      baseUrl: null,
      hasApiKey: false,
      apiKeyHint: null,
      updatedAt: null,
    });
    const set = await ask('PUT', '/models/upstream', { baseUrl: `${upstream.baseUrl}/`, apiKey });
    expect(set.json).toMatchObject({ baseUrl: upstream.baseUrl, hasApiKey: true, apiKeyHint: '…9876' });
    const { rows } = await services.db
      .selectFrom('secrets')
      .select('sealed')
      .execute()
      .then((found) => ({ rows: found }));
    expect(rows[0]?.sealed).not.toContain(apiKey);
    const events = JSON.stringify(await services.db.selectFrom('audit_events').selectAll().execute());
    expect(events).toContain('models.upstream-updated');
    expect(events).not.toContain(apiKey);
  });

  it('does not take a stored key to another server', async () => {
    const moved = await ask('PUT', '/models/upstream', { baseUrl: 'https://elsewhere.example/v1' });
    expect(moved).toMatchObject({ status: 400, json: { message: expect.stringContaining('Enter the key') } });
    const same = await ask('PUT', '/models/upstream', { baseUrl: `${new URL(upstream.baseUrl).origin}/v2` });
    expect(same.json).toMatchObject({ hasApiKey: true });
    await ask('PUT', '/models/upstream', { baseUrl: upstream.baseUrl });
  });

  it.each(['ftp://x/v1', 'https://u:p@x/v1', 'https://x/v1#a', 'https://x/v1/responses'])(
    'refuses %s',
    async (baseUrl) => {
      expect((await ask('PUT', '/models/upstream', { baseUrl })).status).toBe(400);
    },
  );

  it('refuses a key that no header can carry', async () => {
    expect((await ask('PUT', '/models/upstream', { baseUrl: upstream.baseUrl, apiKey: 'two words' })).status).toBe(400);
  });
});

describe('models', () => {
  it('have exactly one default whatever happens', async () => {
    await ask('POST', '/models', model('one'));
    expect(await defaults()).toEqual(['one']);
    await ask('POST', '/models', model('vendor/two', { isDefault: true }));
    expect(await defaults()).toEqual(['vendor/two']);
    const refused = await ask('PUT', '/models/vendor/two', facts('vendor/two'));
    expect(refused).toMatchObject({ status: 400, json: { message: expect.stringContaining('always the default') } });
    expect(
      (await ask('PUT', '/models/one', facts('one', { isDefault: true, displayName: 'First' }))).json,
    ).toMatchObject({ displayName: 'First' });
    expect(await defaults()).toEqual(['one']);
    expect((await ask('DELETE', '/models/one')).status).toBe(200);
    expect(await defaults()).toEqual(['vendor/two']);
  });

  it('refuses what is there already or not there', async () => {
    expect((await ask('POST', '/models', model('vendor/two'))).status).toBe(409);
    expect((await ask('POST', '/models', model('upstream'))).status).toBe(400);
    expect((await ask('PUT', '/models/none', facts('none'))).status).toBe(404);
    expect((await ask('DELETE', '/models/none')).status).toBe(404);
  });
});

describe('the test of the upstream', () => {
  const steps = async (input: Record<string, unknown> = {}) => {
    const { json } = await ask('POST', '/models/upstream/test', input);
    return (json.steps as { name: string; ok: boolean; detail: string }[]).map(({ name, ok, detail }) => [
      name,
      ok,
      detail,
    ]);
  };

  it('goes all the way with the stored key', async () => {
    upstream.play(() => message('ready'));
    expect(await steps()).toEqual([
      ['Name resolution', true, expect.stringContaining('nothing to resolve')],
      ['Connection', true, expect.stringContaining('accepts')],
      ['Key', true, 'The key was accepted.'],
      ['Model call', true, 'vendor/two answered, 120 tokens in and 30 out.'],
    ]);
  });

  it('says which step failed and what to do', async () => {
    expect((await steps({ apiKey: 'wrong' })).at(-1)).toEqual(['Key', false, expect.stringContaining('Enter one')]);
    expect((await steps({ baseUrl: 'https://no-such-host.invalid/v1' })).at(-1)?.slice(0, 2)).toEqual([
      'Name resolution',
      false,
    ]);
    expect((await steps({ baseUrl: 'http://127.0.0.1:1/v1' })).at(-1)).toEqual([
      'Connection',
      false,
      expect.stringContaining('Check the port'),
    ]);
    expect((await steps({ baseUrl: upstream.baseUrl.replace('http:', 'https:') })).at(-1)?.slice(0, 2)).toEqual([
      'TLS',
      false,
    ]);
    upstream.play(() => failed('server_error', 'out of order'));
    expect((await steps()).at(-1)).toEqual(['Model call', false, 'out of order']);
    upstream.play(() => httpError(404, { error: { message: 'no model vendor/two' } }));
    expect((await steps()).at(-1)).toEqual(['Model call', false, expect.stringContaining('no model vendor/two')]);
  });
});

describe('the activity', () => {
  it('is paged, filtered and searched', async () => {
    const rows = Array.from({ length: 5 }, (_, index) => ({
      ...newCallRow({ at: new Date(Date.UTC(2026, 0, 1, 0, 0, index < 3 ? 0 : index)), ip: null }),
      workspace_id: workspaceId,
      member_name: `100% Person ${index}`,
      member_email: `p${index}@example.com`,
      model: index % 2 ? 'odd' : 'even',
      outcome: 'completed' as const,
    }));
    await saveCalls(services.db, rows);
    const seen: string[] = [];
    let cursor = '';
    do {
      const { json } = await ask('GET', `/activity?limit=2${cursor}`);
      seen.push(...(json.items as { id: string }[]).map(({ id }) => id));
      cursor = json.nextCursor ? `&cursor=${json.nextCursor}` : '';
    } while (cursor !== '');
    expect(new Set(seen)).toEqual(new Set(rows.map(({ id }) => id)));
    expect(seen).toHaveLength(5);
    expect((await ask('GET', '/activity?model=odd')).json.items).toHaveLength(2);
    expect((await ask('GET', '/activity?search=PERSON%203')).json.items).toHaveLength(1);
    expect((await ask('GET', '/activity?search=1%25')).json.items).toHaveLength(0);
    expect((await ask('GET', '/activity?outcome=failed')).json.items).toHaveLength(0);
    expect((await ask('GET', '/activity?cursor=bm90IG91cnM')).status).toBe(400);
    expect((await ask('GET', `/activity/${seen[0]}`)).json).toMatchObject({ id: seen[0], content: null });
    expect((await ask('GET', '/activity/call_none')).status).toBe(404);
  });
});
