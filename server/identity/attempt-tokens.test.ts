import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import type { TokenScope } from '#contract/token-scopes.ts';
import type { AuthenticateClient } from '#server/http/wire-routes.ts';
import { seedTask } from '#testing/cloud-queue.ts';
import { openTestServices, seedMember, seedWorkspace, type TestServices } from '#testing/test-services.ts';
import { listAccessTokens } from './access-token-queries.ts';
import { createAttemptToken } from './attempt-tokens.ts';
import { authenticateClient } from './authenticate-client.ts';
import { listEndingTokens } from './expiry-queries.ts';
import { purgeExpiredIdentity } from './purge-expired.ts';

let services: TestServices;
let authenticate: AuthenticateClient;
let workspaceId: string;
let memberId: string;
let attemptId: string;
let token: string;

const now = new Date('2026-11-20T10:00:00Z');
const inHours = (hours: number) => new Date(now.getTime() + hours * 3_600_000);

beforeAll(async () => {
  services = await openTestServices();
  authenticate = authenticateClient(services);
});
afterAll(() => services.close());
beforeEach(async () => {
  const { db } = services;
  services.setNow(now);
  await db.deleteFrom('workspaces').execute();
  ({ workspaceId } = await seedWorkspace(db));
  memberId = await seedMember(db, { workspaceId, email: 'grace@example.com', role: 'codex-user' });
  [attemptId = ''] = await seedTask(services, workspaceId, { memberId, environmentId: null });
  const until = new Date(now.getTime() + 25_000);
  await setAttempt({ state: 'preparing', epoch: 1, lease_until: until });
  token = await createAttemptToken(db, { workspaceId, memberId, attemptId, epoch: 1, at: now, expiresAt: inHours(26) });
});
afterEach(() => services.setNow(null));

const setAttempt = (change: { state?: 'preparing' | 'queued'; epoch?: number; lease_until?: Date | null }) =>
  services.db.updateTable('cloud_attempts').set(change).where('id', '=', attemptId).execute();
const signIn = () =>
  authenticate(new Request('https://reeve.test/', { headers: { authorization: `Bearer ${token}` } }), { ip: null });
const refused = () =>
  signIn().then(
    () => null,
    (error: { code: string }) => error.code,
  );

test('the token of an attempt stands for its member, for everything a client asks', async () => {
  const scopes: TokenScope[] = ['policy.read', 'models.call'];
  expect(await signIn()).toMatchObject({ workspaceId, memberId, credential: 'hosted-task', scopes });
});

test('it is refused as soon as the attempt is not leased under its epoch, whatever is kept in memory', async () => {
  expect(await refused()).toBeNull();
  await setAttempt({ state: 'queued', lease_until: null });
  expect(await refused()).toBe('token-invalid');
  await setAttempt({ state: 'preparing', lease_until: inHours(1), epoch: 2 });
  expect(await refused()).toBe('token-invalid');
  await setAttempt({ epoch: 1 });
  expect(await refused()).toBeNull();
  services.setNow(inHours(2));
  expect(await refused()).toBe('token-invalid');
});

test('a lease that is over while the server was down goes on for a minute, unless somebody ended it', async () => {
  const overdueBy = (seconds: number) => services.setNow(new Date(now.getTime() + (25 + seconds) * 1000));
  overdueBy(59);
  expect(await refused()).toBeNull();
  overdueBy(61);
  expect(await refused()).toBe('token-invalid');
  overdueBy(1);
  await setAttempt({ state: 'queued', lease_until: null });
  expect(await refused()).toBe('token-invalid');
});

test('a member who is suspended takes it along', async () => {
  await services.db.updateTable('members').set({ status: 'suspended' }).where('id', '=', memberId).execute();
  expect(await refused()).toBe('token-invalid');
});

test('it is in nobody’s list, nobody is told of its end, and it goes when it has ended', async () => {
  const page = { memberId: null, search: undefined, after: null, limit: 10 };
  expect(await listAccessTokens(services.db, workspaceId, page)).toEqual([]);
  expect(await listEndingTokens(services.db, { now, until: inHours(400) })).toEqual([]);
  services.setNow(inHours(27));
  expect(await purgeExpiredIdentity(services)).toBe(1);
  expect(await services.db.selectFrom('access_tokens').select('id').execute()).toEqual([]);
});
