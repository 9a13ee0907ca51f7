import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { hashPassword } from '#server/crypto/password-hash.ts';
import { createHttpApp } from '#server/http/create-http-app.ts';
import { mountOwnApi } from '#server/http/own-api.ts';
import { apiClient } from '#testing/own-api-client.ts';
import { openTestServices, seedMember, seedWorkspace, type TestServices } from '#testing/test-services.ts';
import { identityRoutes, readConsoleMember } from './routes.ts';

const password = 'seven green bottles';
let services: TestServices;
let workspaceId: string;
let ownerId: string;
let app: ReturnType<typeof createHttpApp>;
let passwordHash: string;

beforeAll(async () => {
  services = await openTestServices();
  passwordHash = await hashPassword(password);
  app = createHttpApp({ log: services.log, trustedProxies: ['127.0.0.1/32'] });
  const router = { identity: identityRoutes(services) };
  mountOwnApi(app, { router, origin: services.origin, readMember: readConsoleMember(services) });
});
afterAll(() => services.close());

beforeEach(async () => {
  await services.db.deleteFrom('workspaces').execute();
  await services.db.deleteFrom('rate_limits').execute();
  await services.db.deleteFrom('audit_events').execute();
  services.setNow(null);
  ({ workspaceId, ownerId } = await seedWorkspace(services.db));
  await services.db.updateTable('members').set({ password_hash: passwordHash }).where('id', '=', ownerId).execute();
});

const from = (address: string) => apiClient(app, { address });
const signIn = (browser: ReturnType<typeof from>, { email = 'ada@example.com', with: given = password } = {}) =>
  browser.call('POST', '/session', { email, password: given });
const auditOf = (event: string) =>
  services.db.selectFrom('audit_events').selectAll().where('event', '=', event).execute();

async function failTimes(browser: ReturnType<typeof from>, count: number, email = 'ada@example.com') {
  const statuses: number[] = [];
  for (let attempt = 0; attempt < count; attempt++)
    statuses.push((await signIn(browser, { email, with: 'not the password' })).status);
  return statuses;
}

describe('sign-in', () => {
  test('the right password opens a session whose cookie is bound to this host', async () => {
    const browser = from('192.0.2.1');
    const answer = await signIn(browser, { email: 'Ada@Example.com' });
    expect(answer).toMatchObject({ status: 200, body: { state: 'signed-in' } });
    const cookie = answer.headers.getSetCookie().find((line) => line.startsWith('__Host-reeve_session='));
    for (const attribute of ['Path=/', 'HttpOnly', 'Secure', 'SameSite=Lax', 'Max-Age=604800'])
      expect(cookie).toContain(attribute);
    expect(cookie).not.toContain('Domain');
    const { body } = await browser.call('GET', '/session');
    expect(body).toMatchObject({
      state: 'signed-in',
      member: { email: 'ada@example.com', roles: [{ id: 'owner', name: 'Owner' }] },
    });
    expect(await auditOf('session.started')).toMatchObject([{ actor_id: ownerId, ip: '192.0.2.1' }]);
  });

  test('twenty sign-ins of the same member at once all succeed', async () => {
    const answers = await Promise.all(Array.from({ length: 20 }, (_, host) => signIn(from(`192.0.2.${host + 1}`))));
    expect(answers.map(({ status }) => status)).toEqual(Array(20).fill(200));
    const { last_active_at } = await services.db
      .selectFrom('members')
      .select('last_active_at')
      .where('id', '=', ownerId)
      .executeTakeFirstOrThrow();
    expect(last_active_at).toBeInstanceOf(Date);
  });

  test('the database holds the hash of the secret only', async () => {
    const browser = from('192.0.2.1');
    await signIn(browser);
    const rows = await services.db.selectFrom('sessions').selectAll().execute();
    expect(JSON.stringify(rows)).not.toContain(browser.cookies.get('__Host-reeve_session'));
  });

  test('signing in again replaces the session this browser had', async () => {
    const browser = from('192.0.2.1');
    await signIn(browser);
    const first = browser.cookies.get('__Host-reeve_session');
    await signIn(browser);
    expect(browser.cookies.get('__Host-reeve_session')).not.toBe(first);
    expect(await services.db.selectFrom('sessions').selectAll().execute()).toHaveLength(1);
  });

  test('an unknown account, one without a password and a wrong password are answered alike', async () => {
    await seedMember(services.db, { workspaceId, email: 'invited@example.com' });
    const answers = await Promise.all(
      ['ada@example.com', 'invited@example.com', 'nobody@example.com'].map((email) =>
        signIn(from('192.0.2.7'), { email, with: 'not the password' }),
      ),
    );
    for (const { status, body } of answers) {
      expect(status).toBe(401);
      expect(body).toEqual(answers[0]?.body);
    }
    expect(await auditOf('session.refused')).toHaveLength(3);
  });

  test('a suspended member is told so, but only with the right password', async () => {
    await services.db.updateTable('members').set({ status: 'suspended' }).where('id', '=', ownerId).execute();
    expect(await signIn(from('192.0.2.1'))).toMatchObject({ status: 403, body: { code: 'member-suspended' } });
    expect(await signIn(from('192.0.2.1'), { with: 'not the password' })).toMatchObject({ status: 401 });
  });
});

describe('limits', () => {
  test('after ten failures an address is refused for that account, and is told when to come back', async () => {
    const stranger = from('198.51.100.9');
    expect(await failTimes(stranger, 10)).toEqual(Array(10).fill(401));
    const answer = await signIn(stranger);
    expect(answer).toMatchObject({ status: 429, body: { code: 'too-many-attempts' } });
    expect(Number(answer.headers.get('retry-after'))).toBeGreaterThan(0);
  });

  test('attempts in parallel do not slip past the limit', async () => {
    const answers = await Promise.all(
      Array.from({ length: 20 }, () => signIn(from('198.51.100.9'), { with: 'not the password' })),
    );
    expect(answers.filter(({ status }) => status === 401)).toHaveLength(10);
  });

  test('an attack from elsewhere locks neither a known browser nor a known address out', async () => {
    const office = from('192.0.2.1');
    await signIn(office);
    const laptop = from('192.0.2.44');
    await signIn(laptop);
    await laptop.call('DELETE', '/session');
    // The limit by account alone, as many addresses together would reach it.
    for (let host = 1; host <= 11; host++) await failTimes(from(`203.0.113.${host}`), 10);
    expect(await signIn(from('203.0.113.200'))).toMatchObject({ status: 429 });
    expect(await signIn(laptop)).toMatchObject({ status: 200 });
    expect(await signIn(from('192.0.2.1'))).toMatchObject({ status: 200 });
  });

  test('a neighbour behind the same address cannot lock out a browser the member has used', async () => {
    const mine = from('192.0.2.1');
    await signIn(mine);
    await mine.call('DELETE', '/session');
    await failTimes(from('192.0.2.1'), 11);
    expect(await signIn(mine)).toMatchObject({ status: 200 });
  });

  test('a whole IPv6 /64 counts as one address', async () => {
    await failTimes(from('2001:db8:1:2::1'), 5);
    await failTimes(from('2001:db8:1:2:ffff::2'), 5);
    expect(await signIn(from('2001:db8:1:2:3:4:5:6'))).toMatchObject({ status: 429 });
    expect(await signIn(from('2001:db8:1:3::1'))).toMatchObject({ status: 200 });
  });

  test('an address that tries many accounts is refused for all of them', async () => {
    const stranger = from('198.51.100.9');
    for (let account = 0; account < 50; account++) await failTimes(stranger, 1, `nobody${account}@example.com`);
    expect(await signIn(stranger)).toMatchObject({ status: 429 });
  });

  test('attempts beyond a limit leave one audit entry, not one each', async () => {
    await failTimes(from('198.51.100.9'), 30);
    const refused = await auditOf('session.refused');
    expect(refused).toHaveLength(11);
    expect(refused.filter((entry) => entry.payload.because === 'too-many-attempts')).toHaveLength(1);
  });

  test('a limit outlives a restart', async () => {
    await failTimes(from('198.51.100.9'), 11);
    const restarted = createHttpApp({ log: services.log, trustedProxies: ['127.0.0.1/32'] });
    const router = { identity: identityRoutes(services) };
    mountOwnApi(restarted, { router, origin: services.origin, readMember: readConsoleMember(services) });
    expect(await signIn(apiClient(restarted, { address: '198.51.100.9' }))).toMatchObject({ status: 429 });
  });
});
