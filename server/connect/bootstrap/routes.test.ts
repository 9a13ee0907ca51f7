import { Hono } from 'hono';
import pino from 'pino';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { HttpEnv } from '#server/http/http-env.ts';
import { mountDialect } from '#server/http/wire-routes.ts';
import { openTestServices, seedWorkspace, type TestServices } from '#testing/test-services.ts';
import type { Authorities } from '../authorities.ts';
import { connectDialect } from './routes.ts';

const pem = (letter: string) => `-----BEGIN CERTIFICATE-----\n${letter.repeat(64)}\n-----END CERTIFICATE-----\n`;

let services: TestServices;
beforeAll(async () => {
  services = await openTestServices();
});
afterAll(() => services.close());

async function get(path: string, authorities: Authorities) {
  const app = new Hono<HttpEnv>();
  app.use(async (c, next) => {
    c.set('requestId', 'req_1');
    c.set('log', pino({ level: 'silent' }));
    await next();
  });
  mountDialect(app, connectDialect(services, authorities), () => Promise.reject(new Error('asks for no credential')));
  const response = await app.request(path);
  return { status: response.status, type: response.headers.get('content-type'), text: await response.text() };
}

test('join.sh says what is missing before set-up, then carries address and workspace', async () => {
  const before = await get('/join.sh', { authorityPem: null });
  expect(before).toMatchObject({ status: 404, text: expect.stringContaining('has no workspace yet') });

  const { workspaceId } = await seedWorkspace(services.db);
  const script = await get('/join.sh', { authorityPem: null });
  expect(script).toMatchObject({ status: 200, type: 'text/x-shellscript; charset=utf-8' });
  expect(script.text).toContain(`reeve_url='${services.origin}'`);
  expect(script.text).toContain(`workspace_id='${workspaceId}'`);
});

test('the authorities are served as they have to be trusted', async () => {
  const authorities = { authorityPem: pem('A').trim(), proxyAuthorityPem: pem('B') };
  expect(await get('/ca.pem', authorities)).toMatchObject({ status: 200, text: pem('A') });
  expect(await get('/proxy-ca.pem', authorities)).toMatchObject({ status: 200, text: pem('A') + pem('B') });
});

test('what does not exist here is explained', async () => {
  expect(await get('/ca.pem', { authorityPem: null })).toMatchObject({
    status: 404,
    text: expect.stringContaining("operator's own certificate"),
  });
  expect(await get('/proxy-ca.pem', { authorityPem: pem('A') })).toMatchObject({
    status: 404,
    text: expect.stringMatching(/Proxy mode is off.*\nReference: req_1\n/),
  });
});
