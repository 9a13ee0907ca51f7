import { once } from 'node:events';
import { globSync, readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { getRequestListener } from '@hono/node-server';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { auditEventNames } from '#contract/audit-events.ts';
import { type BuiltInRole, builtInRoleNames } from '#contract/built-in-roles.ts';
import { errors } from '#contract/errors.ts';
import { allPermissions, type Permission, permissionFacts } from '#contract/permissions.ts';
import { apiClient } from '#testing/own-api-client.ts';
import { openTestServices, seedMember, seedWorkspace, type TestServices } from '#testing/test-services.ts';
import { endpoints } from '../tools/documents/endpoints.ts';
import { dialects, ownApiRouter } from './app.ts';
import { createHttpApp } from './http/create-http-app.ts';
import { mountOwnApi } from './http/own-api.ts';
import { type Dialect, mountDialect } from './http/wire-routes.ts';
import { authenticateClient, readConsoleMember, startSession } from './identity/index.ts';
import { type Gateway, openGateway } from './models/index.ts';

const root = join(import.meta.dirname, '..');
let services: TestServices;
let gateway: Gateway;
let app: ReturnType<typeof createHttpApp>;
let wire: Dialect[];
/** By built-in role, and by permission: somebody whose one custom role has nothing else. */
const memberOf = new Map<string, string>();

beforeAll(async () => {
  services = await openTestServices();
  gateway = await openGateway(services);
  const parts = { gateway, authorityPem: null, proxyAuthorityPem: null };
  app = createHttpApp({ log: services.log, trustedProxies: [] });
  const readMember = readConsoleMember(services);
  mountOwnApi(app, { router: ownApiRouter(services, parts), origin: services.origin, readMember });
  wire = dialects(services, parts);
  for (const dialect of wire) mountDialect(app, dialect, authenticateClient(services));
  const { workspaceId, ownerId } = await seedWorkspace(services.db);
  // A second one, so that no call is refused for the last owner's sake.
  await seedMember(services.db, { workspaceId, email: 'second@example.com', role: 'owner' });
  for (const role of builtInRoleNames)
    memberOf.set(
      role,
      role === 'owner' ? ownerId : await seedMember(services.db, { workspaceId, email: `${role}@example.com`, role }),
    );
  const at = new Date();
  for (const permission of allPermissions) {
    const email = `${permission}@example.com`;
    const memberId = await seedMember(services.db, { workspaceId, email });
    const id = `rol_${permission}`;
    const row = { id, workspace_id: workspaceId, name: permission, permissions: JSON.stringify([permission]) };
    await services.db
      .insertInto('roles')
      .values({ ...row, created_at: at, updated_at: at })
      .execute();
    await services.db
      .insertInto('role_grants')
      .values({ workspace_id: workspaceId, role_id: id, member_id: memberId, group_id: null, granted_at: at })
      .execute();
    memberOf.set(permission, memberId);
  }
});
afterAll(async () => {
  await gateway.close();
  await services.close();
});

/** Ids that name nothing: a call that is let in gets no further than its input. */
const fill = (path: string) => path.replaceAll(/\{\+?\w+\}/g, 'nothing');

/** Sessions by member: some of the calls end one, and the next call then begins another. */
const sessions = new Map<string, string>();

async function sessionOf(memberId: string): Promise<string> {
  const facts = { memberId, at: new Date(), ip: null, userAgent: null, replaces: null, because: 'password' } as const;
  const { token } = await services.db.transaction().execute((tx) => startSession(tx, facts));
  sessions.set(memberId, token);
  return token;
}

async function callAs(role: BuiltInRole | Permission | null, { method, path }: { method: string; path: string }) {
  const browser = apiClient(app);
  const call = () =>
    browser.call<{ code?: string; data?: { permission?: string; path?: string } }>(
      method,
      fill(path),
      method === 'GET' ? undefined : {},
    );
  if (role === null) return call();
  const memberId = memberOf.get(role) ?? '';
  browser.cookies.set('__Host-reeve_session', sessions.get(memberId) ?? (await sessionOf(memberId)));
  const answer = await call();
  if (answer.status !== 401) return answer;
  browser.cookies.set('__Host-reeve_session', await sessionOf(memberId));
  return call();
}

describe('our own API', () => {
  test.each(endpoints)('$name answers 401 to whoever is not signed in', async (endpoint) => {
    const { status, body } = await callAs(null, endpoint);
    if (endpoint.allow === 'anyone') expect(body.code).not.toBe('not-signed-in');
    else expect({ status, code: body.code }).toEqual({ status: 401, code: 'not-signed-in' });
    expect(body.code).not.toBe('internal');
  });

  /** The generated page is the reviewed one: who reaches what changes only together with it. */
  const page = readFileSync(join(root, 'docs/generated/permissions.md'), 'utf8');
  const rolesOnPage = (name: string): readonly string[] => {
    const row = page.split('\n').find((line) => line.startsWith(`| \`${name}\` |`));
    const roles = row?.split('|').at(-2)?.trim();
    return roles?.startsWith('*') ? builtInRoleNames : (roles?.split(', ') ?? []);
  };

  test.each(endpoints)('$name lets in exactly the roles that docs/generated/permissions.md says', async (endpoint) => {
    const letIn: BuiltInRole[] = [];
    for (const role of builtInRoleNames) {
      const { status, body } = await callAs(role, endpoint);
      expect(body.code, `${role}: ${status}`).not.toBe('internal');
      expect(body.data?.path, 'the endpoint is not mounted').toBeUndefined();
      if (status === 403 && body.code === 'not-permitted') expect(body.data?.permission).toBe(endpoint.allow);
      else letIn.push(role);
    }
    expect(letIn).toEqual(rolesOnPage(endpoint.name));
  });

  test.each(allPermissions)('%s alone opens exactly what docs/generated/permissions.md says', async (permission) => {
    const opened: string[] = [];
    for (const endpoint of endpoints.filter(({ allow }) => allow !== 'anyone' && allow !== 'member')) {
      const { status, body } = await callAs(permission, endpoint);
      expect(body.code, `${endpoint.name}: ${status}`).not.toBe('internal');
      const isRefused = status === 403 && body.code === 'not-permitted' && body.data?.permission === endpoint.allow;
      if (!isRefused) opened.push(`\`${endpoint.name}\``);
    }
    const rows = page.slice(page.indexOf('## What each permission opens by itself')).split('\n');
    const row = rows.find((line) => line.startsWith(`| \`${permission}\` |`));
    expect(opened.join(' ') || '–').toBe(row?.split('|').at(-2)?.trim());
  });

  test.each(endpoints.filter(({ method }) => method !== 'GET'))(
    '$name names its audit event, or why it has none',
    ({ audit }) => {
      if (typeof audit === 'string') expect(auditEventNames).toContain(audit);
      else expect(audit.none.length).toBeGreaterThan(5);
    },
  );
});

describe('the dialects', () => {
  test('a route that needs a Codex credential is refused without one, and with a made-up one', async () => {
    // The gateway listens to its socket, so these calls go through one.
    const listening = createServer(getRequestListener(app.fetch));
    onTestFinished(() => void listening.close());
    listening.listen(0, '127.0.0.1');
    await once(listening, 'listening');
    const address = `http://127.0.0.1:${(listening.address() as AddressInfo).port}`;
    const routes = wire.flatMap((dialect) => dialect.routes).filter(({ allow }) => allow !== 'anyone');
    expect(routes.length).toBeGreaterThan(5);
    for (const { method, path } of routes)
      for (const authorization of [null, 'Bearer at-made-up', 'Bearer a.b.c', 'Basic eDp5']) {
        const verb = method === 'ALL' ? 'GET' : method;
        const named = path.replaceAll(/:\w+(?:\{[^}]*?(?:\\(\.\w+))?\})?|\*/g, (_, ending = '') => `nothing${ending}`);
        const response = await fetch(address + named, {
          method: verb,
          headers: { 'content-type': 'application/json', ...(authorization && { authorization }) },
          ...(verb === 'GET' ? {} : { body: '{}' }),
        });
        expect([401, 403], `${verb} ${path} with ${authorization}: ${response.status}`).toContain(response.status);
        await response.body?.cancel();
      }
  });
});

describe('nothing is declared in vain', () => {
  const sources = globSync('{server,console}/**/*.{ts,tsx}', { cwd: root })
    .filter((path) => !/\.test\.tsx?$/.test(path))
    .map((path) => ({ path, text: readFileSync(join(root, path), 'utf8') }));
  const server = sources.filter(({ path }) => path.startsWith('server/'));
  const isSaid = (texts: typeof sources, word: string) => texts.some(({ text }) => text.includes(`'${word}'`));

  test('every audit event is recorded somewhere', () => {
    // This one names them all.
    const others = server.filter(({ path }) => path !== 'server/compliance/records/audit-actions.ts');
    expect(auditEventNames.filter((name) => !isSaid(others, name))).toEqual([]);
  });

  test('every error is thrown or answered somewhere', () => {
    expect(Object.keys(errors).filter((code) => !isSaid(server, code))).toEqual([]);
  });

  test('every permission opens an endpoint or is asked for by name', () => {
    const opens = new Set<string>(endpoints.map(({ allow }) => allow));
    const isUsed = (name: string) => opens.has(name) || isSaid(server, name);
    const unused = allPermissions.filter((name) => {
      const { includes, waitsFor } = permissionFacts(name);
      return !(isUsed(name) || waitsFor !== undefined || includes?.some(isUsed));
    });
    expect(unused).toEqual([]);
    expect(allPermissions.filter((name) => permissionFacts(name).waitsFor !== undefined && isUsed(name))).toEqual([]);
  });
});
