import { afterAll, beforeAll, expect, test } from 'vitest';
import type { KeyScope } from '#contract/key-scopes.ts';
import type { Task } from '#contract/tasks.ts';
import { workspaceUuid } from '#contract/workspace-uuid.ts';
import { complianceApiDialect } from '#server/compliance/index.ts';
import { createHttpApp } from '#server/http/create-http-app.ts';
import { mountDialect } from '#server/http/wire-routes.ts';
import { openKeyReader } from '#server/keys/index.ts';
import { openTasks, seedEnvironment } from '#testing/open-tasks.ts';
import { seedKey } from '#testing/seed-key.ts';
import { openTestServices, type TestServices } from '#testing/test-services.ts';
import { openVendorSchemas } from '#testing/vendor-schemas/validate.ts';
import type { EnvironmentList, TaskList } from './wire.ts';

const vendor = openVendorSchemas('compliance');
let services: TestServices;
let cloud: Awaited<ReturnType<typeof openTasks>>;
let app: ReturnType<typeof createHttpApp>;
let secret: string;

beforeAll(async () => {
  services = await openTestServices();
  cloud = await openTasks(services);
  app = createHttpApp({ log: services.log, trustedProxies: [] });
  const noClients = () => Promise.reject(new Error('asks for no client'));
  mountDialect(app, complianceApiDialect(services), noClients, openKeyReader(services));
  const scopes: KeyScope[] = [
    'chatgpt.enterprise.compliance_export.read',
    'chatgpt.enterprise.compliance_export.delete',
  ];
  ({ secret } = await seedKey(services, { workspaceId: cloud.workspaceId, scopes, name: 'Records' }));
});
afterAll(() => services.close());

async function ask<Body>(path: string, method = 'GET'): Promise<{ status: number; body: Body }> {
  const url = `/v1/compliance/workspaces/${workspaceUuid(cloud.workspaceId)}/${path}`;
  const socket = { incoming: { socket: { remoteAddress: '192.0.2.7' } } };
  const headers = { authorization: `Bearer ${secret}` };
  const response = await app.request(url, { method, headers }, socket);
  return { status: response.status, body: (await response.json()) as Body };
}

const create = async (prompt: string, who = cloud.grace) =>
  (await who.call<Task>('POST', '/tasks', { environmentId: cloud.environmentId, mode: 'code', prompt })).body;

test('tasks of everybody, the one that changed last first, by title and without what was said', async () => {
  const at = Date.parse('2026-11-20T10:00:00Z');
  const made: Task[] = [];
  for (const [index, prompt] of ['One\nthe secret words', 'Two', 'Three'].entries()) {
    services.setNow(new Date(at + index * 1000));
    made.push(await create(prompt, index === 1 ? cloud.linus : cloud.grace));
  }
  services.setNow(new Date(at + 60_000));
  await cloud.grace.call('POST', `/tasks/${made[0]?.id}/cancel`, {});
  services.setNow(null);
  const seen: TaskList['data'] = [];
  for (let cursor: string | null = ''; cursor !== null; ) {
    const { body }: { body: TaskList } = await ask(`codex_tasks?limit=2${cursor && `&cursor=${cursor}`}`);
    expect(vendor('CodexTaskList', body)).toBeNull();
    expect(body.has_more).toBe(body.cursor !== null);
    seen.push(...body.data);
    ({ cursor } = body);
  }
  expect(seen.map(({ denormalized_metadata }) => denormalized_metadata.title)).toEqual(['One', 'Three', 'Two']);
  expect(seen[2]).toMatchObject({
    id: made[1]?.id,
    created_by_id: cloud.linusId,
    created_at: at / 1000 + 1,
    denormalized_metadata: { repository: 'acme/app', branch: 'main', source: 'console' },
  });
  expect(JSON.stringify(seen)).not.toContain('secret words');
  const one = await ask<TaskList['data'][number]>(`codex_tasks/${made[0]?.id}`);
  expect(one.body).toEqual(seen[0]);
});

test('a task is deleted with everything in it, and its member finds it no more', async () => {
  const { id } = await create('To be gone');
  expect(await ask(`codex_tasks/${id}`, 'DELETE')).toEqual({
    status: 200,
    body: { deleted: true, object: 'compliance.workspace.codex_task', id },
  });
  expect((await ask(`codex_tasks/${id}`)).status).toBe(404);
  expect((await ask(`codex_tasks/${id}`, 'DELETE')).status).toBe(404);
  expect((await cloud.grace.call('GET', `/tasks/${id}`)).status).toBe(404);
  expect((await cloud.events('task.deleted')).at(-1)).toMatchObject({ subject_id: id });
});

test('environments, newest first, without their secrets; deleted they can be used no more', async () => {
  const environmentId = await seedEnvironment(services, {
    workspaceId: cloud.workspaceId,
    creatorId: cloud.linusId,
    repositoryIds: [cloud.repositoryId],
    label: 'Private',
    sharing: 'private',
  });
  const first = await ask<EnvironmentList>('codex_environments?limit=1');
  expect(vendor('CodexEnvironmentList', first.body)).toBeNull();
  expect(first.body).toMatchObject({
    has_more: true,
    data: [
      {
        id: environmentId,
        label: 'Private',
        share_settings: 'private',
        creator_id: cloud.linusId,
        repos: ['github:acme/app'],
        repo_map: { 'acme/app': { url: 'https://git.test/acme/app.git', branch: 'main' } },
        secrets: {},
      },
    ],
  });
  const rest = await ask<EnvironmentList>(`codex_environments?after=${environmentId}`);
  expect(rest.body).toMatchObject({ has_more: false, data: [{ id: cloud.environmentId }] });
  expect((await ask('codex_environments?after=env_x')).status).toBe(404);
  expect((await ask<object>(`codex_environments/${environmentId}`)).body).toEqual(first.body.data[0]);
  expect(await ask(`codex_environments/${environmentId}`, 'DELETE')).toMatchObject({
    status: 200,
    body: { deleted: true, object: 'compliance.workspace.codex_environment' },
  });
  expect((await ask(`codex_environments/${environmentId}`)).status).toBe(404);
  const input = { environmentId, mode: 'code', prompt: 'Anything' };
  expect((await cloud.linus.call('POST', '/tasks', input)).status).toBe(404);
});
