import { afterAll, beforeAll, expect, test } from 'vitest';
import type { KeyScope } from '#contract/key-scopes.ts';
import type { Task } from '#contract/tasks.ts';
import { workspaceUuid } from '#contract/workspace-uuid.ts';
import { systemActor } from '#server/audit/index.ts';
import { insertTry } from '#server/cloud/environments/try-queries.ts';
import { complianceApiDialect } from '#server/compliance/index.ts';
import { newId } from '#server/crypto/ids.ts';
import { createHttpApp } from '#server/http/create-http-app.ts';
import { mountDialect } from '#server/http/wire-routes.ts';
import { openKeyReader } from '#server/keys/index.ts';
import { openTasks, seedEnvironment, tasksAs } from '#testing/open-tasks.ts';
import { seedKey } from '#testing/seed-key.ts';
import { leaveTraces, tracesOf } from '#testing/task-traces.ts';
import { openTestServices, seedMember, type TestServices } from '#testing/test-services.ts';
import { openVendorSchemas } from '#testing/vendor-schemas/validate.ts';
import { placeHold } from '../keeping/holds.ts';
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

const keysOf = (names: readonly string[]) =>
  services.db
    .selectFrom('blobs')
    .select('name')
    .where('name', 'in', [...names])
    .execute();

test('a task is deleted with everything in it, and its member finds it no more', async () => {
  const { id, turns } = await create('To be gone');
  const other = await create('To stay');
  const attemptOf = (task: Pick<Task, 'turns'>) => task.turns[0]?.attempts[0]?.id ?? '';
  const { blobs } = await leaveTraces(services, cloud, { taskId: id, attemptId: attemptOf({ turns }) });
  const stays = await leaveTraces(services, cloud, { taskId: other.id, attemptId: attemptOf(other) });
  expect(Object.values(await tracesOf(services, id)).every((count) => count > 0)).toBe(true);
  const before = await tracesOf(services, other.id);
  expect(await ask(`codex_tasks/${id}`, 'DELETE')).toEqual({
    status: 200,
    body: { deleted: true, object: 'compliance.workspace.codex_task', id },
  });
  expect(Object.values(await tracesOf(services, id))).toEqual([0, 0, 0, 0, 0, 0, 0]);
  expect(await keysOf(blobs), 'no copy of a file can be read').toEqual([]);
  expect(await tracesOf(services, other.id)).toEqual(before);
  expect(await keysOf(stays.blobs)).toHaveLength(3);
  expect((await ask(`codex_tasks/${id}`)).status).toBe(404);
  expect((await ask(`codex_tasks/${id}`, 'DELETE')).status).toBe(404);
  expect((await cloud.grace.call('GET', `/tasks/${id}`)).status).toBe(404);
  expect((await cloud.events('task.deleted')).at(-1)).toMatchObject({ subject_id: id });
});

test('a task of somebody on legal hold stays, also when they are no member any more', async () => {
  const memberId = await seedMember(services.db, {
    workspaceId: cloud.workspaceId,
    email: 'margaret@example.com',
    role: 'codex-user',
  });
  const { id } = await create('To be kept', tasksAs(services, { memberId, workspaceId: cloud.workspaceId }));
  const actor = systemActor('test', cloud.workspaceId);
  await placeHold(services, { actor, workspaceId: cloud.workspaceId }, { memberId, reason: 'Case 7' });
  expect((await ask(`codex_tasks/${id}`, 'DELETE')).status).toBe(409);
  await services.db.deleteFrom('members').where('id', '=', memberId).execute();
  expect((await ask(`codex_tasks/${id}`, 'DELETE')).status).toBe(409);
  expect((await tracesOf(services, id)).cloud_tasks).toBe(1);
});

test('an environment is deleted with its secrets, shares, kept containers and tries; tasks in it stay to be read', async () => {
  const { db } = services;
  const { workspaceId } = cloud;
  const environmentId = await seedEnvironment(services, {
    ...{ workspaceId, creatorId: cloud.linusId, repositoryIds: [cloud.repositoryId], label: 'Gone soon' },
  });
  const input = { environmentId, mode: 'code', prompt: 'Repair it' };
  const task = (await cloud.grace.call<Task>('POST', '/tasks', input)).body;
  const at = new Date();
  const place = { environment_id: environmentId, workspace_id: workspaceId };
  const secretRow = { ...place, name: 'TOKEN', sealed: 'x', updated_at: at, updated_by: 'Ada' };
  await db.insertInto('cloud_environment_secrets').values(secretRow).execute();
  await db
    .insertInto('cloud_environment_pins')
    .values({ ...place, member_id: cloud.graceId })
    .execute();
  const tries = new Map<string, { id: string; blobs: string[] }>();
  for (const memberId of [cloud.graceId, cloud.linusId]) {
    const [id, attemptId] = [newId('task'), newId('att')];
    await insertTry(db, workspaceId, {
      ...{ taskId: id, attemptId, memberId, environmentId, environmentLabel: 'Gone soon', at },
      repository: { id: cloud.repositoryId, name: 'acme/app', branch: 'main' },
      sealedTitle: await services.secrets.seal('Try', `cloud_tasks/${id}/title`),
      sealedPrompt: await services.secrets.seal('', `cloud_turns/${id}/1/prompt`),
      needs: { labels: [], runtime: 'any', cpus: 1 },
    });
    tries.set(memberId, { id, ...(await leaveTraces(services, cloud, { taskId: id, attemptId })) });
  }
  const [hers, his] = [tries.get(cloud.graceId), tries.get(cloud.linusId)];
  const actor = systemActor('test', workspaceId);
  await placeHold(services, { actor, workspaceId }, { memberId: cloud.linusId, reason: 'Case 8' });
  expect((await ask(`codex_environments/${environmentId}`, 'DELETE')).status).toBe(200);
  for (const table of ['cloud_environment_secrets', 'cloud_environment_pins', 'cloud_environment_groups'] as const)
    expect(await db.selectFrom(table).selectAll().where('environment_id', '=', environmentId).execute()).toEqual([]);
  expect(Object.values(await tracesOf(services, hers?.id ?? ''))).toEqual([0, 0, 0, 0, 0, 0, 0]);
  expect(await keysOf(hers?.blobs ?? [])).toEqual([]);
  expect(await tracesOf(services, his?.id ?? ''), 'held').toMatchObject({ cloud_tasks: 1, cloud_log: 2 });
  expect(await keysOf(his?.blobs ?? [])).toHaveLength(3);
  expect((await cloud.events('environment.deleted')).at(-1)?.payload).toMatchObject({ secrets: ['TOKEN'], tries: 1 });
  expect((await cloud.grace.call<Task>('GET', `/tasks/${task.id}`)).body).toMatchObject({ state: 'cancelled' });
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
