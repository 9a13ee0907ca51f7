import { afterAll, beforeAll, expect, test } from 'vitest';
import { localOffMessage } from '#contract/errors.ts';
import { newId } from '#server/crypto/ids.ts';
import { mintToken } from '#server/crypto/token-hash.ts';
import { createHttpApp } from '#server/http/create-http-app.ts';
import { mountDialect } from '#server/http/wire-routes.ts';
import { authenticateClient } from '#server/identity/index.ts';
import { openKeyReader } from '#server/keys/index.ts';
import { createGate } from '#testing/gate.ts';
import { type GatewayServer, startGatewayServer } from '#testing/gateway-server.ts';
import { patchOf } from '#testing/scim-server.ts';
import { seedKey } from '#testing/seed-key.ts';
import { message } from '#testing/servers/model-steps.ts';
import { scimDialect } from './dialect.ts';

let server: GatewayServer;
beforeAll(async () => {
  server = await startGatewayServer();
});
afterAll(() => server.close());

test('a running stream ends with the vendor’s words, and the token opens nothing any more', async () => {
  const { services, workspaceId, memberId } = server;
  const { secret } = await seedKey(services, { workspaceId, scopes: ['scim'] });
  const app = createHttpApp({ log: services.log, trustedProxies: [] });
  const authenticate = authenticateClient(services);
  mountDialect(app, scimDialect(services), authenticate, openKeyReader(services));
  const scim = async (method: string, path: string, body: unknown) =>
    app.request(`https://reeve.test:8443/scim/v2${path}`, {
      method,
      headers: { authorization: `Bearer ${secret}`, 'content-type': 'application/scim+json' },
      body: JSON.stringify(body),
    });
  const { token, hash } = mintToken('at-');
  const row = { id: newId('tok'), kind: 'personal-access-token' as const, name: 'CI', hint: 'at-', token_hash: hash };
  const times = { created_at: new Date(), expires_at: null, last_used_at: null, revoked_at: null };
  await services.db
    .insertInto('access_tokens')
    .values({ ...row, ...times, workspace_id: workspaceId, member_id: memberId })
    .execute();
  const check = () => {
    const headers = { authorization: `Bearer ${token}` };
    return authenticate(new Request('https://reeve.test:8443/', { headers }), { ip: null });
  };
  const created = await scim('POST', '/Users', { userName: 'grace@example.com' });
  expect(await created.json()).toMatchObject({ id: memberId });
  expect(await check()).toMatchObject({ memberId });

  const midway = createGate();
  server.upstream.play(() => message('never ends', { midway }));
  const body = JSON.stringify({ model: 'corp-model', stream: true, store: false, input: [] });
  const answer = await fetch(`${server.url}/responses`, { method: 'POST', headers: server.headers, body });
  expect(answer.status).toBe(200);
  const off = patchOf({ op: 'Replace', path: 'active', value: 'False' });
  expect((await scim('PATCH', `/Users/${memberId}`, off)).status).toBe(200);
  await expect(check()).rejects.toMatchObject({ status: 401 });
  expect(await answer.text()).toContain(localOffMessage);
  midway.release();
});
