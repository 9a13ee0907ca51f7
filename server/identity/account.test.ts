import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { hashPassword } from '#server/crypto/password-hash.ts';
import { mintToken } from '#server/crypto/token-hash.ts';
import { createHttpApp } from '#server/http/create-http-app.ts';
import { mountOwnApi } from '#server/http/own-api.ts';
import { apiClient } from '#testing/own-api-client.ts';
import { openTestServices, seedMember, seedWorkspace, type TestServices } from '#testing/test-services.ts';
import { identityRoutes, openTokenReader, purgeExpiredIdentity, readConsoleMember } from './index.ts';

const password = 'seven green bottles';
const minuteMs = 60_000;
const dayMs = 24 * 60 * minuteMs;
let services: TestServices;
let app: ReturnType<typeof createHttpApp>;
let passwordHash: string;
let workspaceId: string;
let ownerId: string;
let memberId: string;
let readAccessToken: ReturnType<typeof openTokenReader>;

beforeAll(async () => {
  services = await openTestServices();
  readAccessToken = openTokenReader(services);
  passwordHash = await hashPassword(password);
  app = createHttpApp({ log: services.log, trustedProxies: [] });
  const router = { identity: identityRoutes(services) };
  mountOwnApi(app, { router, origin: services.origin, readMember: readConsoleMember(services) });
});
afterAll(() => services.close());
beforeEach(async () => {
  services.setNow(null);
  for (const table of ['workspaces', 'rate_limits', 'audit_events'] as const)
    await services.db.deleteFrom(table).execute();
  ({ workspaceId, ownerId } = await seedWorkspace(services.db));
  memberId = await seedMember(services.db, { workspaceId, email: 'linus@example.com', name: 'Linus' });
  await services.db.updateTable('members').set({ password_hash: passwordHash }).execute();
});

async function signedIn(email = 'ada@example.com') {
  const browser = apiClient(app);
  expect((await browser.call('POST', '/session', { email, password })).status).toBe(200);
  return browser;
}
const isIn = async (browser: ReturnType<typeof apiClient>) =>
  (await browser.call('GET', '/session')).body.state === 'signed-in';
const later = (ms: number) => services.setNow(new Date(Date.now() + ms));

describe('sessions', () => {
  test('are listed with this one marked, and one can be ended from another', async () => {
    const [here, there] = [await signedIn(), await signedIn()];
    const { body } = await here.call<{ items: { id: string; isCurrent: boolean }[] }>('GET', '/account/sessions');
    expect(body.items).toHaveLength(2);
    const other = body.items.find(({ isCurrent }) => !isCurrent);
    expect((await here.call('DELETE', `/account/sessions/${other?.id}`)).status).toBe(200);
    expect([await isIn(here), await isIn(there)]).toEqual([true, false]);
    expect((await here.call('DELETE', `/account/sessions/${other?.id}`)).status).toBe(404);
  });

  test('of somebody else cannot be ended', async () => {
    const [ada, linus] = [await signedIn(), await signedIn('linus@example.com')];
    const { body } = await ada.call<{ items: { id: string }[] }>('GET', '/account/sessions');
    expect((await linus.call('DELETE', `/account/sessions/${body.items[0]?.id}`)).status).toBe(404);
    expect(await isIn(ada)).toBe(true);
  });

  test('end when they are idle for a day, and after seven days however busy', async () => {
    const idle = await signedIn();
    later(dayMs - minuteMs);
    expect(await isIn(idle)).toBe(true);
    later(2 * dayMs);
    expect(await isIn(idle)).toBe(false);
    services.setNow(null);
    const busy = await signedIn();
    for (let hours = 12; hours < 7 * 24; hours += 12) {
      later((hours / 24) * dayMs);
      expect(await isIn(busy)).toBe(true);
    }
    later(7 * dayMs + minuteMs);
    expect(await isIn(busy)).toBe(false);
    await purgeExpiredIdentity(services);
    expect(await services.db.selectFrom('sessions').select('id').execute()).toEqual([]);
  });

  test('are written to at most once a minute', async () => {
    const seen = () => services.db.selectFrom('sessions').select('last_seen_at').executeTakeFirstOrThrow();
    const start = new Date();
    services.setNow(start);
    const browser = await signedIn();
    for (const seconds of [1, 30, 59]) {
      services.setNow(new Date(start.getTime() + seconds * 1000));
      await isIn(browser);
      expect((await seen()).last_seen_at).toEqual(start);
    }
    services.setNow(new Date(start.getTime() + minuteMs));
    await isIn(browser);
    expect((await seen()).last_seen_at.getTime() - start.getTime()).toBe(minuteMs);
  });

  test('signing out everywhere ends all of them and the Codex sign-ins, and says how many', async () => {
    const [here, there] = [await signedIn(), await signedIn()];
    const row = { workspace_id: workspaceId, member_id: ownerId, created_at: new Date(), last_used_at: null };
    await services.db
      .insertInto('client_grants')
      .values({
        ...row,
        id: 'cg_1',
        oauth_grant_id: 'og_1',
        client_id: 'codex',
        method: 'browser',
        ip: null,
        expires_at: null,
        revoked_at: null,
        revoked_because: null,
      })
      .execute();
    const { body } = await here.call('POST', '/account/sign-out-everywhere', {});
    expect(body).toEqual({ sessions: 2, clients: 1 });
    expect([await isIn(here), await isIn(there)]).toEqual([false, false]);
    expect(here.cookies.has('__Host-reeve_session')).toBe(false);
  });
});

describe('password', () => {
  test('a new one ends the other sessions and keeps this one', async () => {
    const [here, there] = [await signedIn(), await signedIn()];
    const change = { currentPassword: password, newPassword: 'nine blue umbrellas' };
    expect((await here.call('POST', '/account/password', change)).status).toBe(200);
    expect([await isIn(here), await isIn(there)]).toEqual([true, false]);
    const old = await apiClient(app).call('POST', '/session', { email: 'ada@example.com', password });
    expect(old.status).toBe(401);
  });

  test('is changed only by who knows the current one, who cannot be found by trying', async () => {
    const here = await signedIn();
    const attempt = () =>
      here.call('POST', '/account/password', { currentPassword: 'a guess', newPassword: 'nine blue umbrellas' });
    for (let count = 0; count < 10; count++) expect((await attempt()).status).toBe(401);
    expect((await attempt()).status).toBe(429);
  });

  test('that is not there cannot be changed, and that is said', async () => {
    const here = await signedIn();
    await services.db.updateTable('members').set({ password_hash: null }).execute();
    const change = { currentPassword: password, newPassword: 'nine blue umbrellas' };
    const answer = await here.call('POST', '/account/password', change);
    expect(answer).toMatchObject({
      status: 409,
      body: { code: 'conflict', message: expect.stringContaining('no password') },
    });
  });

  test('a weak one is refused', async () => {
    const change = { currentPassword: password, newPassword: 'password1234' };
    const answer = await (await signedIn()).call('POST', '/account/password', change);
    expect(answer).toMatchObject({ status: 422, body: { code: 'weak-password' } });
  });
});

describe('access tokens', () => {
  interface Made {
    token: string;
    accessToken: { id: string; hint: string; expiresAt: string | null };
  }
  const make = (browser: ReturnType<typeof apiClient>, input: Record<string, unknown> = {}) =>
    browser.call<Made>('POST', '/access-tokens', {
      kind: 'personal-access-token',
      name: 'ci',
      expiresInDays: 30,
      ...input,
    });

  test('are shown once, kept as a hash, and name their holder', async () => {
    const linus = await signedIn('linus@example.com');
    const { body } = await make(linus);
    expect(body.token).toMatch(/^at-[0-9A-Za-z]{49}$/);
    expect(body.token.startsWith(body.accessToken.hint)).toBe(true);
    const listed = await linus.call('GET', '/access-tokens');
    const stored = await services.db.selectFrom('access_tokens').selectAll().execute();
    const audited = await services.db.selectFrom('audit_events').selectAll().execute();
    expect(JSON.stringify([listed.body, stored, audited])).not.toContain(body.token);
    expect(await readAccessToken(body.token)).toMatchObject({
      memberId,
      email: 'linus@example.com',
      credential: 'personal-access-token',
      credentialId: body.accessToken.id,
    });
  });

  test('an API key needs the workspace to allow API keys', async () => {
    const ada = await signedIn();
    expect(await make(ada, { kind: 'api-key' })).toMatchObject({ status: 403, body: { code: 'api-keys-off' } });
    await services.db.updateTable('workspaces').set({ api_keys_allowed: true }).execute();
    expect((await make(ada, { kind: 'api-key' })).body.token).toMatch(/^sk-reeve-[0-9A-Za-z]{49}$/);
  });

  test('work no longer than the workspace allows', async () => {
    const ada = await signedIn();
    await services.db.updateTable('workspaces').set({ access_token_max_days: 60 }).execute();
    expect(await make(ada, { expiresInDays: 61 })).toMatchObject({
      status: 400,
      body: { data: { issues: [{ path: ['expiresInDays'], message: expect.stringContaining('60 days') }] } },
    });
    expect((await make(ada, { expiresInDays: null })).status).toBe(400);
    expect((await make(ada, { expiresInDays: 60 })).status).toBe(200);
  });

  test('are made for policy alone, or for model calls too; a client could not use any other', async () => {
    const ada = await signedIn();
    const { body } = await make(ada, { scopes: ['policy.read'] });
    expect(body.accessToken).toMatchObject({ scopes: ['policy.read'] });
    expect(await readAccessToken(body.token)).toMatchObject({ scopes: ['policy.read'] });
    expect((await make(ada, { scopes: ['models.call'] })).status).toBe(400);
    const { body: whole } = await make(ada);
    expect(await readAccessToken(whole.token)).toMatchObject({ scopes: ['policy.read', 'models.call'] });
  });

  test('of 0.1, without a checksum and without an end, go on working; a mistyped one costs no look-up', async () => {
    const { token, hash } = mintToken('at-');
    const times = {
      created_at: new Date(),
      expires_at: null,
      last_used_at: null,
      revoked_at: null,
      noticed_days: null,
    };
    const row = {
      id: 'tok_old',
      workspace_id: workspaceId,
      member_id: ownerId,
      kind: 'personal-access-token',
      name: 'old',
      hint: 'at-',
    } as const;
    await services.db
      .insertInto('access_tokens')
      .values({ ...row, ...times, token_hash: hash })
      .execute();
    expect(await readAccessToken(token)).toMatchObject({ scopes: ['policy.read', 'models.call'] });

    const { body } = await make(await signedIn());
    const mistyped = `${body.token.slice(0, -1)}${body.token.endsWith('a') ? 'b' : 'a'}`;
    const db = services.db.withPlugin({
      transformQuery: () => {
        throw new Error('asked the database');
      },
      transformResult: async ({ result }) => result,
    });
    const reader = openTokenReader({ ...services, db });
    await expect(reader(body.token)).rejects.toThrow('asked the database');
    await expect(reader(mistyped)).rejects.toMatchObject({ code: 'token-invalid' });
  });

  test('are listed page by page and found by name and owner', async () => {
    const [ada, linus] = [await signedIn(), await signedIn('linus@example.com')];
    for (const name of ['nightly', 'release', '100%']) await make(ada, { name });
    await make(linus, { name: 'nightly' });
    interface Listed {
      items: { name: string; memberEmail: string }[];
      nextCursor: string | null;
    }
    const find = async (query: string) => (await ada.call<Listed>('GET', `/access-tokens?of=everyone&${query}`)).body;
    const first = await find('limit=3');
    expect(first.items.map(({ name }) => name)).toEqual(['nightly', '100%', 'release']);
    const rest = await find(`limit=3&cursor=${first.nextCursor}`);
    expect(rest).toMatchObject({ items: [{ name: 'nightly' }], nextCursor: null });
    expect((await find('search=linus')).items).toMatchObject([{ memberEmail: 'linus@example.com' }]);
    expect((await find('search=0%25')).items).toMatchObject([{ name: '100%' }]);
    expect((await find('search=%25')).items).toHaveLength(1);
  });

  test('expire, are revoked, and end with their member', async () => {
    const ada = await signedIn();
    const { body: short } = await make(ada, { expiresInDays: 1 });
    const { body: revoked } = await make(ada);
    await ada.call('DELETE', `/access-tokens/${revoked.accessToken.id}`);
    expect((await ada.call('DELETE', `/access-tokens/${revoked.accessToken.id}`)).status).toBe(404);
    await expect(readAccessToken(revoked.token)).rejects.toMatchObject({ code: 'token-invalid' });
    await expect(readAccessToken('at-made-up')).rejects.toMatchObject({ code: 'token-invalid' });
    expect(await readAccessToken(short.token)).toMatchObject({ memberId: ownerId });
    later(dayMs + minuteMs);
    await expect(readAccessToken(short.token)).rejects.toMatchObject({ code: 'token-expired' });
    services.setNow(null);
    await services.db.updateTable('members').set({ status: 'suspended' }).where('id', '=', ownerId).execute();
    await expect(readAccessToken(short.token)).rejects.toMatchObject({ code: 'token-invalid' });
  });

  test('of everyone are for who may manage them; others do not even learn that they exist', async () => {
    const [ada, linus] = [await signedIn(), await signedIn('linus@example.com')];
    const { body: adas } = await make(ada);
    const { body: his } = await make(linus);
    expect((await linus.call('GET', '/access-tokens?of=everyone')).status).toBe(403);
    expect((await linus.call('DELETE', `/access-tokens/${adas.accessToken.id}`)).status).toBe(404);
    const everyone = await ada.call<{ items: unknown[] }>('GET', '/access-tokens?of=everyone');
    expect(everyone.body.items).toHaveLength(2);
    expect((await ada.call('DELETE', `/access-tokens/${his.accessToken.id}`)).status).toBe(200);
    await expect(readAccessToken(his.token)).rejects.toMatchObject({ code: 'token-invalid' });
  });
});
