import { afterAll, beforeAll, expect, test } from 'vitest';
import type { z } from 'zod';
import type { EstateClient, estate } from '#contract/estate.ts';
import { newId } from '#server/crypto/ids.ts';
import { createHttpApp } from '#server/http/create-http-app.ts';
import { mountOwnApi } from '#server/http/own-api.ts';
import { deliverPolicy } from '#server/policies/policy-revision.ts';
import { apiClient } from '#testing/own-api-client.ts';
import { signedInAs } from '#testing/signed-in-as.ts';
import { openTestServices, seedMember, seedWorkspace, type TestServices } from '#testing/test-services.ts';
import { estateRoutes } from './routes.ts';

type Summary = z.output<NonNullable<(typeof estate.summary)['~orpc']['outputSchema']>>;
let services: TestServices;
let workspaceId: string;
let ownerId: string;
let graceId: string;
const dayMs = 86_400_000;
const ago = (ms: number) => new Date(Date.now() - ms);

const asked = async <Body>(path: string, role: 'owner' | 'codex-user' = 'owner') => {
  const app = createHttpApp({ log: services.log, trustedProxies: [] });
  const member = signedInAs({ memberId: ownerId, workspaceId }, { role });
  const router = { estate: estateRoutes(services) };
  mountOwnApi(app, { router, origin: services.origin, readMember: async () => member });
  return apiClient(app).call<Body>('GET', path);
};
const summary = async () => (await asked<Summary>('/verify/estate')).body;
const clients = async (query = '') =>
  (await asked<{ items: EstateClient[]; nextCursor: string | null }>(`/verify/estate/clients${query}`)).body;

beforeAll(async () => {
  services = await openTestServices();
  const { db } = services;
  ({ workspaceId, ownerId } = await seedWorkspace(db));
  graceId = await seedMember(db, { workspaceId, email: 'grace@example.com', name: 'Grace Hopper' });
  const seen = { workspace_id: workspaceId, first_seen_at: ago(20 * dayMs), last_seen_at: ago(dayMs) };
  await db
    .insertInto('seen_clients')
    .values([
      { ...seen, member_id: ownerId, client: 'codex_exec', version: '0.169.0' },
      { ...seen, member_id: ownerId, client: 'codex-tui', version: '0.169.0' },
      { ...seen, member_id: graceId, client: 'codex_vscode', version: '0.9.1' },
      { ...seen, member_id: graceId, client: 'codex_exec', version: '0.120.0', last_seen_at: ago(40 * dayMs) },
    ])
    .execute();
  await deliverPolicy(
    services,
    { workspaceId, memberId: ownerId },
    { client: 'codex_exec', clientVersion: '0.169.0', form: 'bundle' },
  );
  const day = new Date().toISOString().slice(0, 10);
  await db
    .insertInto('telemetry_senders')
    .values({ workspace_id: workspaceId, day, member_id: ownerId, signal: 'logs', records: 3, last_at: new Date() })
    .execute();
  await db.updateTable('workspaces').set({ minimum_client_version: '0.163.0' }).execute();
});
afterAll(() => services.close());

test('versions, surfaces and policies by member, with what is below the minimum', async () => {
  const found = await summary();
  expect(found.members).toBe(2);
  expect(found.versions).toEqual([
    { version: '0.9.1', members: 1, clients: 1, isTested: false, isBelowMinimum: true },
    { version: '0.169.0', members: 1, clients: 2, isTested: true, isBelowMinimum: false },
  ]);
  expect(found.surfaces).toEqual([
    { surface: 'CLI', members: 1 },
    { surface: 'VS Code', members: 1 },
  ]);
  expect(found.minimum).toMatchObject({ version: '0.163.0', isInForce: true, membersBelow: 1, refusalsLast24Hours: 0 });
});

test('a minimum of the future is not in force yet, and refusals for it are counted', async () => {
  const { db } = services;
  await db
    .insertInto('model_calls')
    .values({
      id: newId('call'),
      workspace_id: workspaceId,
      member_id: graceId,
      credential: 'codex-sign-in',
      outcome: 'refused',
      refusal_code: 'client-too-old',
      started_at: ago(1000),
    })
    .execute();
  await db
    .updateTable('workspaces')
    .set({ minimum_client_from: new Date(Date.now() + dayMs) })
    .execute();
  expect((await summary()).minimum).toMatchObject({ isInForce: false, membersBelow: 1, refusalsLast24Hours: 1 });
});

test('who runs what: by filter, page by page, and who runs an old policy or is silent', async () => {
  const all = await clients();
  expect(all.items.map(({ memberName, client, surface, version }) => [memberName, client, surface, version])).toEqual([
    ['Ada Lovelace', 'codex-tui', 'CLI', '0.169.0'],
    ['Ada Lovelace', 'codex_exec', 'CLI', '0.169.0'],
    ['Grace Hopper', 'codex_vscode', 'VS Code', '0.9.1'],
  ]);
  expect(all.items[1]).toMatchObject({ isPolicyCurrent: true, policyName: null, reportsTelemetry: true });
  expect(all.items[2]).toMatchObject({ isPolicyCurrent: null, isBelowMinimum: true, reportsTelemetry: false });
  const first = await clients('?limit=2');
  const rest = await clients(`?limit=2&cursor=${first.nextCursor}`);
  expect([...first.items, ...rest.items]).toEqual(all.items);
  expect(rest.nextCursor).toBeNull();
  const named = async (query: string) => (await clients(query)).items.map(({ client }) => client);
  expect(await named('?only=below-minimum')).toEqual(['codex_vscode']);
  expect(await named('?only=silent')).toEqual(['codex_vscode']);
  expect(await named('?surface=CLI&version=0.169.0')).toEqual(['codex-tui', 'codex_exec']);
  expect(await named('?surface=Xcode')).toEqual([]);
  expect(await named('?search=HOPPER')).toEqual(['codex_vscode']);
  expect(await named('?only=old-policy')).toEqual([]);
  const at = new Date();
  const policy = { id: 'pol_1', workspace_id: workspaceId, name: 'Everyone', contents: '', revision: 1 };
  await services.db
    .insertInto('policies')
    .values({ ...policy, created_at: at, updated_at: at, updated_by: null })
    .execute();
  await services.db.updateTable('workspaces').set({ fallback_policy_id: 'pol_1' }).execute();
  expect(await named('?only=old-policy')).toEqual(['codex-tui', 'codex_exec']);
});

test('of another workspace nothing, and not for a Codex user', async () => {
  expect((await asked('/verify/estate', 'codex-user')).status).toBe(403);
  const other = await seedWorkspace(services.db, { name: 'Other' });
  const at = new Date();
  const seen = { workspace_id: other.workspaceId, member_id: other.ownerId, client: 'codex_exec', version: '0.1.0' };
  await services.db
    .insertInto('seen_clients')
    .values({ ...seen, first_seen_at: at, last_seen_at: at })
    .execute();
  expect((await summary()).members).toBe(2);
  expect((await clients('?version=0.1.0')).items).toEqual([]);
});
