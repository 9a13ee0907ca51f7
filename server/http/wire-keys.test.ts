import { afterAll, beforeAll, expect, test } from 'vitest';
import { openKeyReader } from '#server/keys/index.ts';
import { seedKey } from '#testing/seed-key.ts';
import { openTestServices, seedWorkspace, type TestServices } from '#testing/test-services.ts';
import { createHttpApp } from './create-http-app.ts';
import { type Dialect, keyOf, mountDialect } from './wire-routes.ts';

let services: TestServices;
let workspaceId: string;

/** A wire format of somebody else's, reduced to one route for keys. */
const dialect: Dialect = {
  name: 'for keys',
  routes: [
    {
      method: 'GET',
      path: '/people',
      allow: { scope: 'scim' },
      summary: 'Who calls',
      handle: (call) => Response.json({ workspace: keyOf(call).workspaceId, by: keyOf(call).actor.label }),
    },
  ],
  renderError: ({ code, status }) => Response.json({ code }, { status }),
};
const noClients = () => Promise.reject(new Error('asks for no client'));
let app: ReturnType<typeof createHttpApp>;

beforeAll(async () => {
  services = await openTestServices();
  ({ workspaceId } = await seedWorkspace(services.db));
  app = createHttpApp({ log: services.log, trustedProxies: ['127.0.0.1/32'] });
  mountDialect(app, dialect, noClients, openKeyReader(services));
});
afterAll(() => services.close());

async function ask(authorization: string | null, from = '192.0.2.1') {
  const headers = { 'x-forwarded-for': from, ...(authorization !== null && { authorization }) };
  const response = await app.request('/people', { headers }, { incoming: { socket: { remoteAddress: '127.0.0.1' } } });
  return { status: response.status, body: await response.json() };
}

test('a route for keys lets in the right scope, and no other credential', async () => {
  const { secret } = await seedKey(services, { workspaceId, scopes: ['scim'], name: 'Okta' });
  const label = { workspace: workspaceId, by: 'API key “Okta”' };
  expect(await ask(`Bearer ${secret}`)).toEqual({ status: 200, body: label });
  expect(await ask(`bearer  ${secret} `)).toEqual({ status: 200, body: label });
  for (const other of [null, 'Bearer at-x', `Basic ${btoa(`:${secret}`)}`, secret, `Bearer ${secret}x`])
    expect(await ask(other), String(other)).toEqual({ status: 401, body: { code: 'key-invalid' } });
  const reading = await seedKey(services, { workspaceId, scopes: ['audit.read', 'directory.read'] });
  expect(await ask(`Bearer ${reading.secret}`)).toEqual({ status: 403, body: { code: 'scope-missing' } });
});

test('the address is the one that our proxies vouch for', async () => {
  const { secret } = await seedKey(services, { workspaceId, scopes: ['scim'], allowedIps: ['192.0.2.0/24'] });
  expect((await ask(`Bearer ${secret}`)).status).toBe(200);
  expect((await ask(`Bearer ${secret}`, '192.0.2.9')).status).toBe(200);
  // Only the last hop before our proxy counts; what stands before it, the caller may have written.
  expect(await ask(`Bearer ${secret}`, '192.0.2.9, 198.51.100.1')).toEqual({
    status: 403,
    body: { code: 'key-address-refused' },
  });
});

test('without a reader of keys nobody gets in', async () => {
  const { secret } = await seedKey(services, { workspaceId, scopes: ['scim'] });
  const closed = createHttpApp({ log: services.log, trustedProxies: [] });
  mountDialect(closed, dialect, noClients);
  expect((await closed.request('/people', { headers: { authorization: `Bearer ${secret}` } })).status).toBe(401);
});
