import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { WorkspaceKey } from '#contract/keys.ts';
import type { Permission } from '#contract/permissions.ts';
import { createHttpApp } from '#server/http/create-http-app.ts';
import { mountOwnApi } from '#server/http/own-api.ts';
import type { SignedInMember } from '#server/http/request-context.ts';
import { apiClient } from '#testing/own-api-client.ts';
import { signedInAs } from '#testing/signed-in-as.ts';
import { openTestServices, seedMember, seedWorkspace, type TestServices } from '#testing/test-services.ts';
import { keysRoutes, openKeyReader } from './index.ts';

const hourMs = 3_600_000;
const dayMs = 24 * hourMs;
let services: TestServices;
let app: ReturnType<typeof createHttpApp>;
let workspaceId: string;
let ownerId: string;
let member: SignedInMember;
let readKey: ReturnType<typeof openKeyReader>;

interface Made {
  key: WorkspaceKey;
  secret: string;
}

beforeAll(async () => {
  services = await openTestServices();
  readKey = openKeyReader(services);
  app = createHttpApp({ log: services.log, trustedProxies: [] });
  mountOwnApi(app, {
    router: { keys: keysRoutes(services) },
    origin: services.origin,
    readMember: async () => member,
  });
});
afterAll(() => services.close());
beforeEach(async () => {
  services.setNow(null);
  for (const table of ['workspaces', 'audit_events'] as const) await services.db.deleteFrom(table).execute();
  ({ workspaceId, ownerId } = await seedWorkspace(services.db));
  member = signedInAs({ memberId: ownerId, workspaceId });
});

const call = <Body = Made>(method: string, path: string, input?: unknown) =>
  apiClient(app).call<Body>(method, path, input);
const make = (input: Record<string, unknown> = {}) =>
  call('POST', '/keys', { name: 'SIEM export', scopes: ['audit.read'], ...input });
const list = async () => (await call<{ items: WorkspaceKey[]; maxDays: number }>('GET', '/keys')).body;
const read = (secret: string, ip: string | null = '192.0.2.1') => readKey(secret, { ip });
const later = (ms: number) => services.setNow(new Date(Date.now() + ms));

describe('a key', () => {
  test('is shown once, kept as a hash, and holds its scopes', async () => {
    const { body, status } = await make({ scopes: ['audit.read', 'policies.write'] });
    expect(status).toBe(200);
    expect(body.secret).toMatch(/^rk-[0-9A-Za-z]{49}$/);
    expect(body.key).toMatchObject({ state: 'active', createdBy: { name: 'Ada Lovelace', hasLeft: false } });
    expect(body.secret.startsWith(body.key.secrets[0]?.hint ?? 'none')).toBe(true);
    const everywhere = await Promise.all(
      (['workspace_keys', 'workspace_key_secrets', 'audit_events'] as const).map((table) =>
        services.db.selectFrom(table).selectAll().execute(),
      ),
    );
    expect(JSON.stringify([everywhere, await list()])).not.toContain(body.secret);
    const holder = await read(body.secret);
    expect(holder).toMatchObject({ keyId: body.key.id, workspaceId, name: 'SIEM export', actor: { kind: 'key' } });
    expect([...holder.scopes]).toEqual(['audit.read', 'policies.write']);
    expect([...holder.permissions].sort()).toEqual(['audit.read', 'policies.read', 'policies.write']);
  });

  test('says when and from where it was used last', async () => {
    const { body } = await make();
    await read(body.secret, '198.51.100.7');
    await expect
      .poll(async () => (await list()).items[0])
      .toMatchObject({
        lastUsedAt: expect.any(String),
        lastUsedIp: '198.51.100.7',
      });
  });

  test('never goes beyond what its maker may do', async () => {
    const having = (...permissions: Permission[]) => {
      member = { ...member, isOwner: false, permissions: new Set(permissions) };
    };
    having('keys.write', 'policies.read');
    const refused = await make({ scopes: ['policies.read', 'policies.write'] });
    expect(refused).toMatchObject({
      status: 403,
      body: { code: 'not-permitted', data: { scope: 'policies.write', missing: ['policies.write'] } },
    });
    expect((await make({ scopes: ['scim'] })).status).toBe(403);
    expect((await make({ scopes: ['policies.read'] })).status).toBe(200);
    having('keys.write', 'sign-in.write', 'settings.read');
    const provisioning = await make({ scopes: ['scim'] });
    expect(provisioning, 'it reaches the accounts of owners').toMatchObject({
      status: 403,
      body: { code: 'not-permitted' },
    });
    member = { ...member, isOwner: true };
    expect((await make({ scopes: ['scim'] })).status).toBe(200);
    const beyond = (await list()).items.find(({ scopes }) => scopes.includes('policies.read'));
    expect((await call('POST', `/keys/${beyond?.id}/rotation`, {})).status, 'rotating shows a secret too').toBe(403);
    having('keys.write', 'policies.read');
    expect((await call('DELETE', `/keys/${beyond?.id}`)).status, 'but whoever manages keys may end it').toBe(200);
  });

  test('expires, at the latest when the workspace says', async () => {
    expect((await list()).maxDays).toBe(365);
    await services.db.updateTable('workspaces').set({ key_max_days: 30 }).execute();
    expect(await make()).toMatchObject({ status: 400, body: { data: { issues: [{ path: ['expiresInDays'] }] } } });
    const { body } = await make({ expiresInDays: 30 });
    await read(body.secret);
    later(30 * dayMs + 1000);
    await expect(read(body.secret)).rejects.toMatchObject({ code: 'key-expired', status: 401 });
    expect((await list()).items).toMatchObject([{ state: 'expired' }]);
  });

  test('is refused at the next request once it is revoked', async () => {
    const { body } = await make();
    await read(body.secret);
    expect((await call('DELETE', `/keys/${body.key.id}`)).status).toBe(200);
    await expect(read(body.secret)).rejects.toMatchObject({ code: 'key-invalid', status: 401 });
    expect((await call('DELETE', `/keys/${body.key.id}`)).status).toBe(404);
    expect((await call('POST', `/keys/${body.key.id}/rotation`, {})).status).toBe(404);
    expect((await list()).items).toMatchObject([{ state: 'revoked', secrets: [] }]);
  });

  test('stays when its maker leaves, and says so', async () => {
    const grace = await seedMember(services.db, {
      workspaceId,
      email: 'grace@example.com',
      name: 'Grace',
      role: 'admin',
    });
    member = signedInAs({ memberId: grace, workspaceId }, { role: 'admin', name: 'Grace' });
    const { body } = await make();
    await services.db.updateTable('members').set({ status: 'suspended' }).where('id', '=', grace).execute();
    await read(body.secret);
    expect((await list()).items).toMatchObject([{ createdBy: { id: grace, name: 'Grace', hasLeft: true } }]);
    await services.db.deleteFrom('members').where('id', '=', grace).execute();
    await read(body.secret);
    expect((await list()).items).toMatchObject([{ createdBy: { id: null, name: 'Grace', hasLeft: true } }]);
  });

  test('is not handed out behind the suspension of who asks for it', async () => {
    const { body } = await make();
    await services.db.updateTable('members').set({ status: 'suspended' }).where('id', '=', ownerId).execute();
    expect(await make()).toMatchObject({ status: 403, body: { code: 'member-suspended' } });
    const rotated = await call('POST', `/keys/${body.key.id}/rotation`, {});
    expect(rotated).toMatchObject({ status: 403, body: { code: 'member-suspended' } });
    expect((await list()).items).toHaveLength(1);
  });

  test('with a scope of a later version opens nothing by it', async () => {
    const { body } = await make();
    await services.db.updateTable('workspace_keys').set({ scopes: '["audit.read","teleport.write"]' }).execute();
    expect([...(await read(body.secret)).scopes]).toEqual(['audit.read']);
    expect((await list()).items[0]?.scopes).toEqual(['audit.read']);
  });

  test('made up, mistyped or of another kind is refused', async () => {
    const { body } = await make();
    for (const secret of ['rk-', 'rk-nothing', `${body.secret}x`, body.secret.replace('rk-', 'at-'), ''])
      await expect(read(secret), secret).rejects.toMatchObject({ code: 'key-invalid' });
  });
});

describe('addresses', () => {
  test('are checked, also those that were given later', async () => {
    const { body } = await make({ allowedIps: ['192.0.2.0/24', '2001:db8::/32', '198.51.100.7'] });
    expect(body.key.allowedIps).toEqual(['192.0.2.0/24', '2001:db8::/32', '198.51.100.7/32']);
    for (const ip of ['192.0.2.200', '2001:db8:1::9', '198.51.100.7', '::ffff:192.0.2.1']) await read(body.secret, ip);
    for (const ip of ['192.0.3.1', '2001:db9::1', '198.51.100.8', null])
      await expect(read(body.secret, ip), String(ip)).rejects.toMatchObject({
        code: 'key-address-refused',
        status: 403,
      });
    const path = `/keys/${body.key.id}`;
    expect((await call('PATCH', path, { allowedIps: ['203.0.113.9'] })).status).toBe(200);
    await expect(read(body.secret, '192.0.2.200')).rejects.toMatchObject({ code: 'key-address-refused' });
    await read(body.secret, '203.0.113.9');
    await call('PATCH', path, { allowedIps: [] });
    await read(body.secret, '192.0.3.1');
  });

  test('are widened only by somebody who may make such a key; narrowed and renamed by whoever manages keys', async () => {
    const { body } = await make({ scopes: ['scim'], allowedIps: ['192.0.2.0/24', '198.51.100.7'] });
    const path = `/keys/${body.key.id}`;
    member = { ...member, isOwner: false };
    for (const allowedIps of [[], ['0.0.0.0/0'], ['::/0'], ['192.0.2.0/23'], ['192.0.2.0/24', '203.0.113.9']])
      expect(await call('PATCH', path, { allowedIps }), allowedIps.join()).toMatchObject({
        status: 403,
        body: { code: 'not-permitted', data: { scope: 'scim' } },
      });
    expect((await call('PATCH', path, { name: 'Okta', allowedIps: ['192.0.2.128/25'] })).status).toBe(200);
    expect((await list()).items).toMatchObject([{ name: 'Okta', allowedIps: ['192.0.2.128/25'] }]);
    member = { ...member, isOwner: true };
    expect((await call('PATCH', path, { allowedIps: [] })).status).toBe(200);
  });

  test.each([
    '10/8',
    '192.0.2.1/33',
    'example.com',
    '192.0.2',
    '0x7f.1',
    'fe80::1%eth0',
    '::ffff:192.0.2.1',
    '1.2.3.4/',
    '',
  ])('“%s” is not one', async (text) => {
    const { status, body } = await call<{ data: { issues: { path: string[] }[] } }>('POST', '/keys', {
      name: 'x',
      scopes: ['audit.read'],
      allowedIps: [text],
    });
    expect(status).toBe(400);
    expect(body.data.issues[0]?.path[0]).toBe('allowedIps');
  });
});

describe('rotation', () => {
  const rotate = (id: string, input: Record<string, unknown> = {}) => call('POST', `/keys/${id}/rotation`, input);

  test('gives a new secret while the former one works on, shown as one key', async () => {
    const { body: first } = await make();
    const { body: second } = await rotate(first.key.id, { overlapHours: 48 });
    expect(second.secret).not.toBe(first.secret);
    expect(second.key.id).toBe(first.key.id);
    expect(second.key.secrets).toMatchObject([{ endsAt: null }, { endsAt: expect.any(String) }]);
    expect((await read(first.secret)).keyId).toBe((await read(second.secret)).keyId);
    later(47 * hourMs);
    await read(first.secret);
    later(48 * hourMs + 1000);
    await expect(read(first.secret)).rejects.toMatchObject({ code: 'key-invalid' });
    await read(second.secret);
    expect((await list()).items).toMatchObject([{ secrets: [{ endsAt: null }] }]);
  });

  test('without overlap ends the former secret at once; a second rotation ends the one before', async () => {
    const { body: first } = await make();
    const { body: second } = await rotate(first.key.id, { overlapHours: 0 });
    await expect(read(first.secret)).rejects.toMatchObject({ code: 'key-invalid' });
    const { body: third } = await rotate(first.key.id, { overlapHours: 24 });
    const { body: fourth } = await rotate(first.key.id, { overlapHours: 24 });
    await expect(read(second.secret)).rejects.toMatchObject({ code: 'key-invalid' });
    await read(third.secret);
    await read(fourth.secret);
  });

  test('lets the former secret end with the key at the latest', async () => {
    const { body: first } = await make();
    const { body: second } = await rotate(first.key.id, { overlapHours: 168, expiresInDays: 1 });
    expect(second.key.secrets[1]?.endsAt).toBe(second.key.expiresAt);
  });

  test('brings an expired key back, but not its former secret; a week of overlap is the most', async () => {
    const { body: first } = await make({ expiresInDays: 1 });
    later(2 * dayMs);
    const { body: second } = await rotate(first.key.id, { overlapHours: 24 });
    await read(second.secret);
    await expect(read(first.secret)).rejects.toMatchObject({ code: 'key-invalid' });
    expect((await rotate(first.key.id, { overlapHours: 169 })).status).toBe(400);
  });
});

test('a key of another workspace does not exist here', async () => {
  const { body } = await make();
  const other = await seedWorkspace(services.db, { name: 'Other Ltd' });
  member = signedInAs({ memberId: other.ownerId, workspaceId: other.workspaceId });
  expect((await list()).items).toEqual([]);
  for (const [method, path] of [
    ['PATCH', ''],
    ['POST', '/rotation'],
    ['DELETE', ''],
  ] as const)
    expect((await call(method, `/keys/${body.key.id}${path}`, method === 'DELETE' ? undefined : {})).status).toBe(404);
});
