import { afterAll, beforeAll, expect, test } from 'vitest';
import { directoryRoutes } from '#server/directory/index.ts';
import { workspaceRoutes } from '#server/workspace/index.ts';
import { signedInAs } from '#testing/signed-in-as.ts';
import { openTestServices, seedWorkspace, type TestServices } from '#testing/test-services.ts';
import { createHttpApp } from './create-http-app.ts';
import { mountOwnApi } from './own-api.ts';
import { routes } from './routes.ts';

let services: TestServices;
let app: ReturnType<typeof createHttpApp>;

beforeAll(async () => {
  services = await openTestServices();
  const { workspaceId, ownerId } = await seedWorkspace(services.db);
  const member = signedInAs({ memberId: ownerId, workspaceId });
  app = createHttpApp({ log: services.log, trustedProxies: [] });
  const broken = routes.setup.overview.handler(() => {
    throw new Error('secret of the inside');
  });
  const router = {
    workspace: workspaceRoutes(services),
    directory: directoryRoutes(services),
    setup: { overview: broken },
  };
  mountOwnApi(app, { router, origin: services.origin, readMember: async () => member });
});
afterAll(() => services.close());

const post = (path: string, body: string | ReadableStream, headers: Record<string, string> = {}) =>
  app.request(`/api/v1${path}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body,
    duplex: 'half',
  } as RequestInit);

test('a body that is not JSON is the caller’s fault, and nothing is logged', async () => {
  const nested = `${'['.repeat(200_000)}${']'.repeat(200_000)}`;
  for (const body of [nested, `{"name":${nested}}`, '{', 'null', '[]', '"text"', '{"name":']) {
    const response = await post('/groups', body);
    expect(response.status).toBe(400);
    expect(await response.json()).toMatchObject({ code: 'bad-input' });
  }
});

test('a text that PostgreSQL cannot store is refused, with its place', async () => {
  for (const name of ['a\0b', 'half \ud800 pair']) {
    const response = await post('/groups', JSON.stringify({ name }));
    expect(response.status).toBe(400);
    expect(await response.json()).toMatchObject({ code: 'bad-input', data: { issues: [{ path: ['name'] }] } });
  }
  expect((await app.request('/api/v1/members?search=%00')).status).toBe(400);
});

test('a body that does not say its length is refused before it is read', async () => {
  const endless = new ReadableStream<Uint8Array>({
    pull: (controller) => controller.enqueue(new Uint8Array(64 * 1024).fill(0x20)),
  });
  const response = await post('/groups', endless, { 'transfer-encoding': 'chunked' });
  expect(response.status).toBe(400);
  expect(await response.json()).toMatchObject({
    code: 'bad-input',
    data: { reason: expect.stringContaining('Content-Length') },
  });
});

test('a bug is answered with a reference and nothing else, and logged with its cause', async () => {
  const response = await app.request('/api/v1/overview');
  const text = await response.text();
  expect(response.status).toBe(500);
  const reference = response.headers.get('x-request-id') ?? 'none';
  expect(JSON.parse(text)).toMatchObject({ code: 'internal', data: { reference } });
  expect(text).not.toContain('secret of the inside');
  const lines = services.errorLines.splice(0);
  expect(lines).toHaveLength(1);
  expect(lines[0]).toContain('secret of the inside');
  expect(lines[0]).toContain(reference);
});

test('a call from another site is refused, one of our own pages is not', async () => {
  const group = JSON.stringify({ name: 'Kernel' });
  expect((await post('/groups', group, { origin: 'https://evil.example' })).status).toBe(403);
  expect((await post('/groups', group, { 'sec-fetch-site': 'cross-site' })).status).toBe(403);
  expect((await post('/groups', group, { 'sec-fetch-site': 'same-site' })).status).toBe(403);
  const own = { origin: services.origin, 'sec-fetch-site': 'same-origin' };
  expect((await post('/groups', group, own)).status).toBe(200);
});

test('a path that is not there is a JSON 404', async () => {
  const response = await app.request('/api/v1/nowhere');
  expect(response.status).toBe(404);
  expect(await response.json()).toMatchObject({ code: 'not-found' });
});
