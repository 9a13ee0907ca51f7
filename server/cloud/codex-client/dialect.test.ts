import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { getRequestListener } from '@hono/node-server';
import { afterAll, beforeAll, beforeEach, describe, expect, onTestFinished, test } from 'vitest';
import { permissionsOf } from '#contract/built-in-roles.ts';
import { createHttpApp } from '#server/http/create-http-app.ts';
import { type CodexClient, mountDialect } from '#server/http/wire-routes.ts';
import { openTasks, runnerStandIn, seedEnvironment, seedRepository } from '#testing/open-tasks.ts';
import { openTestServices, type TestServices } from '#testing/test-services.ts';
import { cloudClientDialect } from './dialect.ts';

let services: TestServices;
let cloud: Awaited<ReturnType<typeof openTasks>>;

beforeAll(async () => {
  services = await openTestServices();
});
beforeEach(async () => {
  await services.db.deleteFrom('workspaces').execute();
  cloud = await openTasks(services);
});
afterAll(() => services.close());

/** The dialect on a real socket, as somebody whose credential was checked already. */
async function connect(more: Partial<CodexClient> = {}) {
  const client: CodexClient = {
    workspaceId: cloud.workspaceId,
    memberId: cloud.graceId,
    email: 'grace@example.com',
    name: 'Grace',
    permissions: permissionsOf('codex-user'),
    credential: 'codex-sign-in',
    scopes: [],
    credentialId: 'cgr_1',
    ...more,
  };
  const app = createHttpApp({ log: services.log, trustedProxies: [] });
  mountDialect(app, cloudClientDialect(services), async () => client);
  const server = createServer(getRequestListener(app.fetch, { overrideGlobalObjects: false }));
  onTestFinished(() => void server.close());
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return async (path: string, body?: unknown, base = '/backend-api/wham') => {
    const init =
      body === undefined ? {} : { method: 'POST', body: typeof body === 'string' ? body : JSON.stringify(body) };
    const response = await fetch(`${origin}${base}${path}`, init);
    return { status: response.status, body: (await response.json()) as Record<string, unknown> };
  };
}

const said = (text: string) => ({ type: 'message', role: 'user', content: [{ content_type: 'text', text }] });
const newTask = (more: object = {}) => ({
  new_task: { environment_id: cloud.environmentId, branch: 'main', run_environment_in_qa_mode: false },
  input_items: [said('Fix it')],
  ...more,
});
const idOf = ({ body }: { body: Record<string, unknown> }): string => (body.task as { id: string }).id;

describe('who may', () => {
  test.each([
    ['a client of a workspace where Codex cloud is off', {}, 'cloud-off'],
    ['a member whose roles do not include it', { permissions: new Set<never>() }, 'not-permitted'],
    ['an API key', { credential: 'api-key' }, 'not-permitted'],
    ['the client of a hosted task', { credential: 'hosted-task' }, 'not-permitted'],
    [
      'a token that may not call models',
      { credential: 'personal-access-token', scopes: ['policy.read'] },
      'scope-missing',
    ],
  ] as const)('not %s', async (who, more, code) => {
    if (code === 'cloud-off') await services.db.updateTable('workspaces').set({ codex_cloud_enabled: false }).execute();
    const call = await connect(more as unknown as Partial<CodexClient>);
    for (const [path, body] of [
      ['/tasks/list'],
      ['/environments'],
      ['/tasks', newTask()],
      ['/tasks/task_e_1'],
    ] as const)
      expect([who, path, await call(path, body)]).toMatchObject([who, path, { status: 403, body: { code } }]);
    expect(await services.db.selectFrom('cloud_tasks').select('id').execute()).toEqual([]);
  });

  test('not a sign-in that ended with Codex Local; a token of its own is not one of it', async () => {
    await services.db.updateTable('workspaces').set({ codex_local_enabled: false }).execute();
    const off = { status: 403, body: { code: 'local-off' } };
    expect(await (await connect())('/tasks', newTask())).toMatchObject(off);
    const call = await connect({ credential: 'personal-access-token', scopes: ['models.call'] });
    expect((await call('/tasks/list')).status).toBe(200);
  });

  test('a token that may call models', async () => {
    const call = await connect({ credential: 'personal-access-token', scopes: ['policy.read', 'models.call'] });
    expect((await call('/tasks', newTask())).status).toBe(200);
  });
});

const nul = Buffer.from(JSON.stringify([new Date().toISOString(), 'a\0'])).toString('base64url');
test.each([
  '/tasks/a%00b',
  '/tasks/a%00b/turns/att_1/sibling_turns',
  '/tasks/list?environment_id=a%00b',
  `/tasks/list?cursor=${nul}`,
  '/environments/by-repo/github/a%00/b',
])('a text that no database takes is refused: %s', async (path) => {
  expect(await (await connect())(path)).toMatchObject({ status: 400, body: { code: 'bad-input' } });
});

describe('a new task', () => {
  test('is read as the client sends it, under each of its addresses', async () => {
    const call = await connect();
    for (const base of ['/backend-api/wham', '/api/codex', '/backend-api/api/codex']) {
      const id = idOf(await call('/tasks', newTask({ metadata: { best_of_n: 3 } }), base));
      expect((await cloud.grace.call('GET', `/tasks/${id}`)).body).toMatchObject({ attempts: 3, source: 'cli' });
    }
    const [event] = await cloud.events('task.created');
    expect(event).toMatchObject({ actor_id: cloud.graceId, payload: { source: 'cli', attempts: 3 } });
  });

  test('is a question where the client says so', async () => {
    const call = await connect();
    const new_task = { environment_id: cloud.environmentId, run_environment_in_qa_mode: true };
    const id = idOf(await call('/tasks', newTask({ new_task })));
    expect((await cloud.grace.call('GET', `/tasks/${id}`)).body).toMatchObject({ mode: 'ask', branch: 'main' });
  });

  test.each([
    ['no JSON', '{', /not valid JSON/],
    ['no environment', { new_task: {}, input_items: [said('x')] }, /new_task\.environment_id/],
    ['nothing said', { input_items: [said('  ')] }, /1 to 100000 characters/],
    ['an odd branch', { new_task: { environment_id: 'env_1', branch: '-x' } }, /is no name of a branch/],
    ['five attempts', { metadata: { best_of_n: 5 } }, /metadata\.best_of_n/],
    ['a diff that is none', { input_items: [said('x'), { type: 'pre_apply_patch', output_diff: { diff: 'x' } }] }, /./],
  ])('is refused with %s', async (_what, body, words) => {
    const call = await connect();
    const { status, body: answer } = await call('/tasks', typeof body === 'string' ? body : newTask(body));
    expect(status).toBe(400);
    expect(answer.detail).toMatch(words);
  });
});

describe('what there is', () => {
  test('is listed page by page, and by environment', async () => {
    const call = await connect();
    for (let count = 0; count < 3; count += 1) await call('/tasks', newTask());
    const first = await call('/tasks/list?limit=2&task_filter=current');
    expect(first.body.items).toHaveLength(2);
    const second = await call(`/tasks/list?limit=2&cursor=${first.body.cursor}`);
    expect(second.body).toMatchObject({ items: [{ has_unread_turn: false, pull_requests: [] }], cursor: null });
    expect((await call('/tasks/list?environment_id=env_x')).body.items).toEqual([]);
  });

  test('shows a failed attempt with its reason, and the other attempts beside it', async () => {
    const call = await connect();
    const id = idOf(await call('/tasks', newTask({ metadata: { best_of_n: 2 } })));
    const runner = runnerStandIn(services, cloud.workspaceId);
    const rows = await services.db.selectFrom('cloud_attempts').select('id').orderBy('id').execute();
    for (const row of rows) await runner.fail(row.id);
    const [one = { id: '' }, two = { id: '' }] = rows;
    const error = { code: 'setup-failed', message: expect.stringContaining('npm ci failed.') };
    expect((await call(`/tasks/${id}`)).body).toMatchObject({
      task: { id, task_status_display: { state: 'error' } },
      current_user_turn: { input_items: [{ content: [{ text: 'Fix it' }] }] },
      current_assistant_turn: { id: one.id, turn_status: 'failed', error, sibling_turn_ids: [two.id] },
      current_diff_task_turn: null,
    });
    expect((await call(`/tasks/${id}/turns/${one.id}/sibling_turns`)).body).toMatchObject({
      sibling_turns: [{ id: two.id, attempt_placement: 1, turn_status: 'failed', error }],
    });
    expect((await call(`/tasks/${id}/turns/turn_x/sibling_turns`)).status).toBe(404);
  });

  test('environments are those that the member may use, and those of a repository', async () => {
    const { workspaceId, linusId } = cloud;
    const repositoryIds = [await seedRepository(services, { workspaceId, name: 'acme/Other' })];
    const other = { workspaceId, creatorId: cloud.graceId, repositoryIds, label: 'Other' } as const;
    await seedEnvironment(services, { ...other, sharing: 'private' });
    await seedEnvironment(services, { ...other, creatorId: linusId, label: 'Not yours', sharing: 'private' });
    const call = await connect();
    const labels = async (path: string) =>
      ((await call(path)).body as unknown as { label: string }[]).map(({ label }) => label);
    expect(await labels('/environments')).toEqual(['Application', 'Other']);
    expect(await labels('/environments/by-repo/github/ACME/other')).toEqual(['Other']);
    expect(await labels('/environments/by-repo/github/acme/nothing')).toEqual([]);
  });
});
