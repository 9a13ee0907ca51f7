import type { Hono } from 'hono';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { newId } from '#server/crypto/ids.ts';
import { createHttpApp } from '#server/http/create-http-app.ts';
import type { HttpEnv } from '#server/http/http-env.ts';
import { mountOwnApi } from '#server/http/own-api.ts';
import { signedInAs } from '#testing/signed-in-as.ts';
import { openTestServices, seedMember, seedWorkspace, type TestServices } from '#testing/test-services.ts';
import { policiesRoutes } from './routes.ts';

let services: TestServices;
let app: Hono<HttpEnv>;
let workspaceId: string;
const group: Record<string, string> = {};

beforeAll(async () => {
  services = await openTestServices();
  const seeded = await seedWorkspace(services.db);
  workspaceId = seeded.workspaceId;
  for (const name of ['Engineering', 'Contractors', 'Empty']) group[name] = await seedGroup(name);
  await join('Engineering', await seedMember(services.db, { workspaceId, email: 'eng@example.com', name: 'Eng' }));
  const both = await seedMember(services.db, { workspaceId, email: 'both@example.com', name: 'Both' });
  await join('Engineering', both);
  await join('Contractors', both);
  const owner = signedInAs({ memberId: seeded.ownerId, workspaceId });
  app = createHttpApp({ log: services.log, trustedProxies: [] });
  mountOwnApi(app, {
    router: { policies: policiesRoutes(services) },
    origin: services.origin,
    readMember: async () => owner,
  });
});
afterAll(() => services.close());

async function seedGroup(name: string): Promise<string> {
  const id = newId('grp');
  await services.db
    .insertInto('groups')
    .values({ id, workspace_id: workspaceId, name, created_at: new Date() })
    .execute();
  return id;
}

async function join(name: string, memberId: string): Promise<void> {
  await services.db
    .insertInto('group_members')
    .values({ workspace_id: workspaceId, group_id: group[name] ?? '', member_id: memberId, added_at: new Date() })
    .execute();
}

async function call(method: string, path: string, body?: unknown) {
  const response = await app.request(`/api/v1${path}`, {
    method,
    ...(body === undefined ? {} : { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } }),
  });
  return { status: response.status, body: JSON.parse(await response.text()) };
}

const create = async (name: string, contents: string): Promise<string> =>
  (await call('POST', '/policies', { name, contents })).body.id;
const readOnly = 'allowed_sandbox_modes = ["read-only"]\n';

test('a document that a client would refuse cannot be saved, and the answer says where', async () => {
  const { status, body } = await call('POST', '/policies', {
    name: 'Broken',
    contents: '# ours\nallowed_sandbox_modes = ["workspace-write"]\n',
  });
  expect(status).toBe(422);
  expect(body.code).toBe('policy-refused');
  expect(body.data.diagnostics[0]).toMatchObject({
    severity: 'error',
    keyPath: 'allowed_sandbox_modes',
    from: { line: 2 },
  });
  expect(body.data.diagnostics[0].fix.contents).toContain('"read-only"');
  const { body: list } = await call('GET', '/policies');
  expect(list.items).toEqual([]);
});

test('first match decides alone; the fallback is for everyone else', async () => {
  const strict = await create('Strict', readOnly);
  const open = await create('Open', 'allowed_approval_policies = ["on-request"]\n');
  const fallback = await create('Everyone else', readOnly);
  const items = [
    { groupId: group.Contractors, policyId: strict },
    { groupId: group.Engineering, policyId: open },
  ];
  const preview = await call('POST', '/policy-assignments/preview', { items, fallbackPolicyId: fallback });
  expect(preview.body.changed).toEqual(
    expect.arrayContaining([
      { from: null, to: 'Strict', members: 1 },
      { from: null, to: 'Open', members: 1 },
      { from: null, to: 'Everyone else', members: 1 },
    ]),
  );
  const { status } = await call('PUT', '/policy-assignments', {
    items,
    fallbackPolicyId: fallback,
    expectedVersion: 1,
  });
  expect(status).toBe(200);
  const of = async (email: string) => (await call('GET', `/policy-lookup?email=${email}`)).body;
  expect(await of('both@example.com')).toMatchObject({
    policy: { name: 'Strict' },
    tried: [{ groupName: 'Contractors', matched: true }],
  });
  expect(await of('eng@example.com')).toMatchObject({
    policy: { name: 'Open' },
    tried: [{ matched: false }, { matched: true }],
  });
  expect(await of('ada@example.com')).toMatchObject({
    policy: { name: 'Everyone else' },
    because: expect.stringContaining('fallback'),
  });
  const { body: list } = await call('GET', '/policies');
  const counts = Object.fromEntries(
    list.items.map((item: { name: string; memberCount: number }) => [item.name, item.memberCount]),
  );
  expect(counts).toEqual({ Strict: 1, Open: 1, 'Everyone else': 1 });
});

test('two editors: the second is told instead of overwriting the first', async () => {
  const id = await create('Edited', readOnly);
  const first = await call('PATCH', `/policies/${id}`, { expectedRevision: 1, contents: `${readOnly}# first\n` });
  expect(first.body.revision).toBe(2);
  const second = await call('PATCH', `/policies/${id}`, { expectedRevision: 1, contents: `${readOnly}# second\n` });
  expect(second).toMatchObject({ status: 409, body: { code: 'conflict', data: { currentRevision: 2 } } });
});

test('a policy in use, a name twice, a group twice and what does not exist are refused', async () => {
  const { body: list } = await call('GET', '/policies');
  const strict = list.items.find((item: { name: string }) => item.name === 'Strict').id;
  expect(await call('DELETE', `/policies/${strict}`)).toMatchObject({
    status: 409,
    body: { code: 'policy-in-use', data: { groups: ['Contractors'] } },
  });
  expect(await call('POST', '/policies', { name: 'STRICT', contents: readOnly })).toMatchObject({
    status: 409,
    body: { code: 'already-exists' },
  });
  const twice = [
    { groupId: group.Empty, policyId: strict },
    { groupId: group.Empty, policyId: strict },
  ];
  const { body: state } = await call('GET', '/policy-assignments');
  const put = (items: unknown) =>
    call('PUT', '/policy-assignments', { items, fallbackPolicyId: null, expectedVersion: state.version });
  expect(await put(twice)).toMatchObject({ status: 400 });
  expect(await put([{ groupId: 'grp_none', policyId: strict }])).toMatchObject({ status: 404 });
  expect((await call('GET', '/policy-assignments')).body).toEqual(state);
  expect(await call('GET', '/policies/pol_none')).toMatchObject({ status: 404 });
});

test('every change is in the audit log with what it was before', async () => {
  const events = await services.db
    .selectFrom('audit_events')
    .select(['event', 'payload'])
    .where('event', 'like', 'policy.%')
    .orderBy('id')
    .execute();
  expect(events.map(({ event }) => event)).toEqual(
    expect.arrayContaining(['policy.created', 'policy.updated', 'policy.assignments-changed']),
  );
  const update = events.find(({ event }) => event === 'policy.updated');
  expect(update?.payload).toMatchObject({ before: { revision: 1, contents: readOnly }, after: { revision: 2 } });
});
