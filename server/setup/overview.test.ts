import { afterAll, beforeAll, expect, test } from 'vitest';
import type { z } from 'zod';
import type { setup } from '#contract/setup.ts';
import { newId } from '#server/crypto/ids.ts';
import { createHttpApp } from '#server/http/create-http-app.ts';
import { mountOwnApi } from '#server/http/own-api.ts';
import { apiClient } from '#testing/own-api-client.ts';
import { seedKey } from '#testing/seed-key.ts';
import { seedPrice } from '#testing/seed-price.ts';
import { signedInAs } from '#testing/signed-in-as.ts';
import { openTestServices, seedMember, seedWorkspace, type TestServices } from '#testing/test-services.ts';
import { setupRoutes } from './routes.ts';

type Overview = z.output<NonNullable<(typeof setup.overview)['~orpc']['outputSchema']>>;
let services: TestServices;
let workspaceId: string;
let ownerId: string;

beforeAll(async () => {
  services = await openTestServices();
  ({ workspaceId, ownerId } = await seedWorkspace(services.db));
});
afterAll(() => services.close());

async function overview(): Promise<Overview> {
  const app = createHttpApp({ log: services.log, trustedProxies: [] });
  const member = signedInAs({ memberId: ownerId, workspaceId });
  mountOwnApi(app, {
    router: { setup: setupRoutes(services) },
    origin: services.origin,
    readMember: async () => member,
  });
  const { status, body } = await apiClient(app).call<Overview>('GET', '/overview');
  expect(status).toBe(200);
  return body;
}
const statusOf = ({ steps }: Overview) =>
  Object.fromEntries(steps.flatMap(({ checks }) => checks).map(({ id, status }) => [id, status]));

async function addCall(outcome: 'completed' | 'failed' | 'refused', minutesAgo: number, costUsd: number | null = null) {
  const startedAt = new Date(Date.now() - minutesAgo * 60_000);
  await services.db
    .insertInto('model_calls')
    .values({
      id: newId('call'),
      workspace_id: workspaceId,
      member_id: ownerId,
      credential: 'codex-sign-in',
      outcome,
      started_at: startedAt,
      cost_usd: costUsd,
    })
    .execute();
}

test('a new workspace: seven steps, the first things open, what does not exist yet marked as later', async () => {
  const found = await overview();
  expect(found.steps.map(({ number }) => number)).toEqual([1, 2, 3, 4, 5, 6, 7]);
  expect(statusOf(found)).toMatchObject({
    'codex-local': 'done',
    'model-upstream': 'open',
    'allowed-models': 'open',
    'first-client': 'open',
    'second-owner': 'open',
    'fallback-policy': 'open',
    bundles: 'open',
    repositories: 'open',
    'checks-green': 'open',
    'last-proof': 'open',
    'call-completed': 'open',
  });
  expect(found.attention.map(({ path }) => path)).toEqual(['/models', '/policies/order', '/members']);
  expect(found.figures).toEqual({
    activeMembers: 1,
    membersSeenLast7Days: 0,
    callsLast24Hours: 0,
    refusalsLast24Hours: 0,
    costUsdLast24Hours: null,
  });
});

test('as things are set up, the checks turn by fact', async () => {
  const { db } = services;
  const now = new Date();
  await seedMember(db, { workspaceId, email: 'second@example.com', role: 'owner' });
  await db
    .insertInto('model_upstreams')
    .values({ workspace_id: workspaceId, base_url: 'https://models.example.com/v1', updated_at: now })
    .execute();
  await db
    .insertInto('models')
    .values({
      workspace_id: workspaceId,
      slug: 'corp-model',
      display_name: 'Corp',
      upstream_model: null,
      context_window_tokens: 100_000,
      reasoning_efforts: JSON.stringify(['medium']),
      is_default: true,
      created_at: now,
    })
    .execute();
  await seedPrice({ db }, { workspaceId, model: 'corp-model', input: 1, output: 2 });
  await db
    .insertInto('policies')
    .values({
      id: 'pol_1',
      workspace_id: workspaceId,
      name: 'Everyone',
      contents: '',
      revision: 1,
      created_at: now,
      updated_at: now,
      updated_by: null,
    })
    .execute();
  await db.updateTable('workspaces').set({ fallback_policy_id: 'pol_1' }).where('id', '=', workspaceId).execute();
  await db
    .insertInto('seen_clients')
    .values({
      workspace_id: workspaceId,
      member_id: ownerId,
      client: 'codex_cli_rs',
      version: '0.169.0',
      first_seen_at: now,
      last_seen_at: now,
    })
    .execute();
  await db
    .insertInto('policy_deliveries')
    .values({
      workspace_id: workspaceId,
      member_id: ownerId,
      policy_key: 'pol_1@1',
      delivered_at: now,
      superseded_at: null,
    })
    .execute();
  await addCall('completed', 5, 0.25);
  await addCall('refused', 4);
  await addCall('completed', 60 * 25, 100);
  const found = await overview();
  expect(statusOf(found)).toMatchObject({
    'model-upstream': 'done',
    'allowed-models': 'done',
    'first-client': 'done',
    'second-owner': 'done',
    'fallback-policy': 'done',
    'everyone-governed': 'done',
    'policy-delivered': 'done',
    prices: 'done',
    activity: 'done',
    'call-completed': 'done',
  });
  expect(found.attention).toEqual([]);
  expect(found.figures).toEqual({
    activeMembers: 2,
    membersSeenLast7Days: 1,
    callsLast24Hours: 1,
    refusalsLast24Hours: 1,
    costUsdLast24Hours: 0.25,
  });
});

test('how people arrive and sign in turns by fact, and an ending certificate needs someone', async () => {
  const { db } = services;
  const before = statusOf(await overview());
  expect(before).toMatchObject({
    roles: 'open',
    'single-sign-on': 'open',
    provisioning: 'open',
    'second-factor': 'open',
  });
  const now = new Date();
  const ends = (days: number) => ({
    pem: '',
    subject: 'CN=idp',
    expiresAt: new Date(now.getTime() + days * 86_400_000).toISOString(),
  });
  const settings = (days: number[]) =>
    JSON.stringify({
      idpEntityId: 'urn:idp',
      signOnUrl: 'https://idp.example.com/sso',
      certificates: days.map(ends),
      metadataUrl: null,
      signsRequests: true,
    });
  await db
    .insertInto('sso_connections')
    .values({
      id: 'con_1',
      workspace_id: workspaceId,
      kind: 'saml',
      name: 'Okta',
      status: 'enabled',
      settings: settings([2]),
      claims: JSON.stringify({ email: 'email', name: 'name', groups: null }),
      just_in_time: JSON.stringify({ who: 'nobody' }),
      group_mappings: '[]',
      required_context: JSON.stringify({ amr: [], acr: [] }),
      created_at: now,
      updated_at: now,
    })
    .execute();
  await db
    .insertInto('groups')
    .values({ id: 'grp_1', workspace_id: workspaceId, name: 'Codex Users', source: 'scim', created_at: now })
    .execute();
  await db
    .insertInto('role_grants')
    .values({ workspace_id: workspaceId, role_id: 'codex-user', member_id: null, group_id: 'grp_1', granted_at: now })
    .execute();
  const provisioned = await seedMember(db, { workspaceId, email: 'scim@example.com' });
  await db.updateTable('members').set({ source: 'scim' }).where('id', '=', provisioned).execute();
  await db.updateTable('workspaces').set({ second_factor_rule: 'admins' }).where('id', '=', workspaceId).execute();

  const found = await overview();
  expect(statusOf(found)).toMatchObject({
    roles: 'done',
    'single-sign-on': 'done',
    provisioning: 'done',
    'second-factor': 'done',
  });
  expect(found.attention).toMatchObject([{ path: '/single-sign-on', sentence: expect.stringContaining('Okta') }]);
  // The next certificate is there already: nobody has to do anything.
  await db
    .updateTable('sso_connections')
    .set({ settings: settings([2, 400]) })
    .execute();
  expect((await overview()).attention).toEqual([]);
});

test('an upstream that fails again and again needs someone; once it answers, nobody', async () => {
  for (const minutesAgo of [4, 3, 2]) await addCall('failed', minutesAgo);
  expect((await overview()).attention).toEqual([
    { sentence: 'The last 3 model calls failed at models.example.com.', path: '/activity' },
  ]);
  await addCall('completed', 1);
  expect((await overview()).attention).toEqual([]);
});

test('a key that ends soon needs someone, until it is rotated or revoked', async () => {
  const expiresAt = new Date(Date.now() + 10 * 86_400_000);
  const { keyId } = await seedKey(services, { workspaceId, name: 'SIEM export', scopes: ['audit.read'], expiresAt });
  expect((await overview()).attention).toEqual([
    { sentence: expect.stringContaining('1 API key ends within 14 days: SIEM export.'), path: '/keys' },
  ]);
  await services.db.updateTable('workspace_keys').set({ revoked_at: new Date() }).where('id', '=', keyId).execute();
  expect((await overview()).attention).toEqual([]);
});

test('Codex Local off comes before everything else', async () => {
  await services.db
    .updateTable('workspaces')
    .set({ codex_local_enabled: false, api_keys_allowed: true })
    .where('id', '=', workspaceId)
    .execute();
  const found = await overview();
  expect(found.attention.map(({ path }) => path)).toEqual(['/settings', '/settings']);
  expect(found.attention[0]?.sentence).toContain('Codex Local is off');
  expect(statusOf(found)['codex-local']).toBe('open');
});
