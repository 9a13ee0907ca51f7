import type { Hono } from 'hono';
import { parse } from 'smol-toml';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { z } from 'zod';
import { permissionsOf } from '#contract/built-in-roles.ts';
import { createHttpApp } from '#server/http/create-http-app.ts';
import type { HttpEnv } from '#server/http/http-env.ts';
import { type CodexClient, mountDialect } from '#server/http/wire-routes.ts';
import { seedPolicy, setFallback } from '#testing/seed-policy.ts';
import { openTestServices, seedWorkspace, type TestServices } from '#testing/test-services.ts';
import { codexClientDialect } from './dialect.ts';

const Fragments = z.object({
  enterprise_managed: z.array(z.object({ id: z.string(), name: z.string(), contents: z.string() })),
});
const Bundle = z.object({ config_toml: Fragments, requirements_toml: Fragments });

let services: TestServices;
let app: Hono<HttpEnv>;
let workspaceId: string;

beforeAll(async () => {
  services = await openTestServices();
  const seeded = await seedWorkspace(services.db);
  workspaceId = seeded.workspaceId;
  const id = await seedPolicy(services.db, workspaceId, {
    name: 'Base line!',
    contents: 'allowed_sandbox_modes = ["read-only"]\n',
  });
  await setFallback(services.db, workspaceId, id);
  const client: CodexClient = {
    workspaceId,
    memberId: seeded.ownerId,
    email: 'ada@example.com',
    name: 'Ada',
    permissions: permissionsOf('owner'),
    credential: 'codex-sign-in',
    scopes: ['policy.read'],
    credentialId: 'grt_1',
  };
  app = createHttpApp({ log: services.log, trustedProxies: [] });
  mountDialect(app, codexClientDialect(services), async () => client);
});
afterAll(() => services.close());

const get = (path: string, version = '0.169.0') =>
  app.request(path, { headers: { 'user-agent': `codex_exec/${version} (Debian 12.0.0; x86_64)` } });

test('the bundle has Reeve’s pin first, then one fragment with a readable name and id', async () => {
  const { requirements_toml: requirements, config_toml: config } = Bundle.parse(
    await (await get('/backend-api/wham/config/bundle')).json(),
  );
  const [own, policy, ...more] = requirements.enterprise_managed;
  expect(more).toEqual([]);
  expect(config.enterprise_managed).toEqual([]);
  expect(policy).toEqual({
    id: 'base-line-r1',
    name: 'Base line!',
    contents: 'allowed_sandbox_modes = ["read-only"]\n',
  });
  const provider = z
    .object({
      model_provider: z.string(),
      model_providers: z.record(
        z.string(),
        z.object({
          base_url: z.string(),
          stream_max_retries: z.number(),
          http_headers: z.record(z.string(), z.string()),
        }),
      ),
    })
    .parse(parse(own?.contents ?? ''));
  expect(provider.model_providers[provider.model_provider]).toMatchObject({
    base_url: `${services.origin}/backend-api/codex`,
    stream_max_retries: 0,
    http_headers: { 'x-reeve-policy': expect.stringMatching(/^[\w-]+\.[\w-]+\.[\w-]+$/) },
  });
});

test('both path styles answer alike', async () => {
  for (const path of ['/config/bundle', '/accounts/check', '/usage', '/settings/user', '/workspace-messages'])
    for (const prefix of ['/backend-api/wham', '/api/codex'])
      expect((await get(`${prefix}${path}`)).status, prefix + path).toBe(200);
});

test('clients up to about 0.12x get one document', async () => {
  const { contents } = z
    .object({ contents: z.string() })
    .parse(await (await get('/backend-api/wham/config/requirements', '0.120.0')).json());
  expect(parse(contents)).toMatchObject({ allowed_sandbox_modes: ['read-only'] });
});

test('accounts/check routes to this server: an array with exactly one entry of the workspace and both routing fields', async () => {
  const { accounts } = z
    .object({ accounts: z.array(z.record(z.string(), z.unknown())) })
    .parse(await (await get('/backend-api/wham/accounts/check')).json());
  expect(accounts).toHaveLength(1);
  expect(accounts[0]).toMatchObject({
    id: workspaceId,
    workspace_backend_origin: 'NO_CONSTRAINT',
    account_routing_override: 'NO_CONSTRAINT',
  });
});

test('an MCP probe finds a server without tools, and nonsense is an invalid request', async () => {
  const post = (body: unknown) => app.request('/backend-api/ps/mcp', { method: 'POST', body: JSON.stringify(body) });
  const ask = (method: string, more: object = {}) => post({ jsonrpc: '2.0', method, ...more });
  expect(await (await ask('initialize', { id: 1, params: { protocolVersion: '2025-06-18' } })).json()).toMatchObject({
    id: 1,
    result: { serverInfo: { name: 'reeve' } },
  });
  expect((await ask('notifications/initialized')).status).toBe(202);
  expect(await (await ask('tools/list', { id: 2 })).json()).toMatchObject({ result: { tools: [] } });
  expect(await (await ask('tools/call', { id: 3 })).json()).toMatchObject({ error: { code: -32601 } });
  expect((await post('nonsense')).status).toBe(400);
  expect((await app.request('/backend-api/ps/mcp')).status).toBe(405);
});
