import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { allKeyScopes, type KeyScope } from '#contract/key-scopes.ts';
import { seedKey } from '#testing/seed-key.ts';
import { openTestServices, seedWorkspace, type TestServices } from '#testing/test-services.ts';
import { endpoints } from '../tools/documents/endpoints.ts';
import { ownApiRouter } from './app.ts';
import { createHttpApp } from './http/create-http-app.ts';
import { keyCalls, limitKeyCalls } from './http/key-calls.ts';
import { mountOwnApi } from './http/own-api.ts';
import { readConsoleMember, startSession } from './identity/index.ts';
import { openKeyReader } from './keys/index.ts';
import { type Gateway, openGateway } from './models/index.ts';

let services: TestServices;
let gateway: Gateway;
let app: ReturnType<typeof createHttpApp>;
let workspaceId: string;
let ownerId: string;
const secretWith = new Map<KeyScope, string>();

beforeAll(async () => {
  services = await openTestServices();
  gateway = await openGateway(services);
  const parts = { gateway, authorityPem: null, proxyAuthorityPem: null };
  app = createHttpApp({ log: services.log, trustedProxies: [] });
  mountOwnApi(app, {
    router: ownApiRouter(services, parts),
    origin: services.origin,
    readMember: readConsoleMember(services),
    keys: { readKey: openKeyReader(services), admit: limitKeyCalls(services.db) },
  });
  ({ workspaceId, ownerId } = await seedWorkspace(services.db));
  for (const scope of allKeyScopes) {
    const { secret } = await seedKey(services, { workspaceId, scopes: [scope] });
    secretWith.set(scope, secret);
  }
});
afterAll(async () => {
  await gateway.close();
  await services.close();
});

interface Answer {
  status: number;
  code: string | undefined;
  headers: Headers;
}

async function callWith(
  secret: string,
  { method, path }: { method: string; path: string },
  more: Record<string, string> = {},
): Promise<Answer> {
  const headers = { authorization: `Bearer ${secret}`, 'content-type': 'application/json', ...more };
  const filled = path.replaceAll(/\{\+?\w+\}/g, 'nothing');
  const init = { method, headers, ...(method === 'GET' ? {} : { body: '{}' }) };
  const socket = { incoming: { socket: { remoteAddress: '192.0.2.1' } } };
  const response = await app.request(`/api/v1${filled}`, init, socket);
  const text = await response.text();
  // Downloads of the audit log are CSV and JSON Lines.
  const isJson = response.headers.get('content-type')?.includes('json') && !response.headers.has('content-disposition');
  const body: { code?: string } = isJson && text !== '' ? JSON.parse(text) : {};
  return { status: response.status, code: body.code, headers: response.headers };
}

describe('every endpoint', () => {
  /** The generated page is the reviewed one: what a scope reaches changes only together with it. */
  const page = readFileSync(join(import.meta.dirname, '../docs/generated/key-scopes.md'), 'utf8');
  const scopesOnPage = (name: string): readonly string[] => {
    const row = page.split('\n').find((line) => line.startsWith(`| \`${name}\` |`));
    const scopes = row?.split('|').at(-2)?.trim() ?? 'not on the page';
    if (scopes === '*anyone*') return allKeyScopes;
    return scopes === '*no key*' ? [] : scopes.split(', ');
  };

  test.each(endpoints)('$name lets in exactly the scopes that docs/generated/key-scopes.md says', async (endpoint) => {
    const letIn: KeyScope[] = [];
    for (const [scope, secret] of secretWith) {
      const { status, code } = await callWith(secret, endpoint);
      expect(code, `${scope}: ${status}`).not.toBe('internal');
      if (endpoint.allow !== 'anyone') expect(code, 'a key is never asked to sign in').not.toBe('not-signed-in');
      if (code === 'scope-missing' || code === 'member-only') expect(status).toBe(403);
      else letIn.push(scope);
    }
    expect(letIn).toEqual(scopesOnPage(endpoint.name));
  });
});

describe('a call with a key', () => {
  const keys = { method: 'GET', path: '/keys' };
  const audit = { method: 'GET', path: '/audit' };
  const secret = () => secretWith.get('audit.read') ?? '';

  test('is that of the key alone, whoever’s cookie comes with it', async () => {
    const facts = { memberId: ownerId, at: new Date(), ip: null, userAgent: null, replaces: null } as const;
    const { token } = await services.db
      .transaction()
      .execute((tx) => startSession(tx, { ...facts, because: 'password' }));
    const cookie = `__Host-reeve_session=${token}`;
    expect((await app.request('/api/v1/keys', { headers: { cookie } })).status).toBe(200);
    expect(await callWith(secret(), keys, { cookie })).toMatchObject({ status: 403, code: 'member-only' });
    const made = await callWith('rk-made-up', audit, { cookie });
    expect(made).toMatchObject({ status: 401, code: 'key-invalid' });
    expect(made.headers.get('www-authenticate')).toBe('Bearer error="invalid_token"');
  });

  test('may come from anywhere: no browser sends a key by itself', async () => {
    const from = { origin: 'https://ci.example', 'sec-fetch-site': 'cross-site' };
    expect((await callWith(secret(), audit, from)).status).toBe(200);
  });

  test('is not mistaken for one because of the header of a proxy in front', async () => {
    for (const authorization of ['Basic eDp5', 'Bearer a.b.c', 'Bearer at-x'])
      expect(await callWith('', audit, { authorization })).toMatchObject({ status: 401, code: 'not-signed-in' });
  });

  test('leaves the key in the audit log', async () => {
    const name = 'GitOps';
    const { secret: writing, keyId } = await seedKey(services, { workspaceId, name, scopes: ['policies.write'] });
    const response = await app.request('/api/v1/policies', {
      method: 'POST',
      headers: { authorization: `Bearer ${writing}`, 'content-type': 'application/json' },
      body: JSON.stringify({ name: 'Baseline', contents: 'allowed_sandbox_modes = ["read-only"]\n' }),
    });
    expect(await response.json()).toMatchObject({ name: 'Baseline', updatedBy: 'API key “GitOps”' });
    const entries = await services.db.selectFrom('audit_events').selectAll().where('actor_id', '=', keyId).execute();
    expect(entries).toMatchObject([{ event: 'policy.created', actor_kind: 'key', actor_id: keyId }]);
    const listed = await app.request(`/api/v1/audit?actorId=${keyId}`, {
      headers: { authorization: `Bearer ${secret()}` },
    });
    expect(await listed.json()).toMatchObject({ items: [{ actor: { kind: 'key', label: 'API key “GitOps”' } }] });
  });

  test('is counted per key, and told when to come back', async () => {
    const busy = await seedKey(services, { workspaceId, scopes: ['audit.read'] });
    const admit = limitKeyCalls(services.db);
    for (let count = 0; count < keyCalls.points; count += 1) await admit(busy);
    const refused = await callWith(busy.secret, audit);
    expect(refused).toMatchObject({ status: 429, code: 'too-many-calls' });
    expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0);
    expect((await callWith(secret(), audit)).status).toBe(200);
  });
});
