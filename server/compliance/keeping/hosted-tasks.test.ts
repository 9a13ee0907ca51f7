import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import type { Erasure } from '#contract/compliance-people.ts';
import type { RetentionKind } from '#contract/compliance-retention.ts';
import type { Task } from '#contract/tasks.ts';
import { systemActor } from '#server/audit/index.ts';
import { createHttpApp } from '#server/http/create-http-app.ts';
import { mountOwnApi } from '#server/http/own-api.ts';
import { openTasks } from '#testing/open-tasks.ts';
import { apiClient } from '#testing/own-api-client.ts';
import { signedInAs } from '#testing/signed-in-as.ts';
import { leaveTraces, tracesOf } from '#testing/task-traces.ts';
import { openTestServices, type TestServices } from '#testing/test-services.ts';
import { openPersonWork } from '../open-person-work.ts';
import { complianceRoutes } from '../routes.ts';
import { liftHold, placeHold } from './holds.ts';
import { purgeOldRecords } from './purge.ts';
import { setRetention } from './retention.ts';

const dayMs = 86_400_000;
const start = new Date('2026-11-20T10:20:00Z');
let services: TestServices;
let cloud: Awaited<ReturnType<typeof openTasks>>;
let compliance: ReturnType<typeof apiClient>;

beforeAll(async () => {
  services = await openTestServices();
  services.setNow(start);
  cloud = await openTasks(services);
  const app = createHttpApp({ log: services.log, trustedProxies: [] });
  const member = signedInAs({ memberId: cloud.ownerId, workspaceId: cloud.workspaceId });
  mountOwnApi(app, {
    router: { compliance: complianceRoutes(services) },
    origin: services.origin,
    readMember: async () => member,
  });
  compliance = apiClient(app);
});
afterAll(() => services.close());
beforeEach(async () => {
  services.setNow(start);
  for (const table of ['cloud_tasks', 'compliance_retention', 'compliance_holds'] as const)
    await services.db.deleteFrom(table).execute();
});

const by = () => ({ actor: systemActor('test', cloud.workspaceId), workspaceId: cloud.workspaceId });
const at = (days: number) => services.setNow(new Date(start.getTime() + days * dayMs));
const keep = (kind: RetentionKind, days: number) => setRetention(services, by(), { kind, days });

/** Created and ended, with everything one can leave. */
async function doneTask(who: (typeof cloud)['grace'] = cloud.grace) {
  const { body } = await who.call<Task>('POST', '/tasks', {
    environmentId: cloud.environmentId,
    mode: 'code',
    prompt: 'Repair it',
  });
  const attemptId = body.turns[0]?.attempts[0]?.id ?? '';
  const { blobs } = await leaveTraces(services, cloud, { taskId: body.id, attemptId });
  return { id: body.id, attemptId, blobs };
}
const keysOf = async (names: readonly string[]) =>
  (
    await services.db
      .selectFrom('blobs')
      .select('name')
      .where('name', 'in', [...names])
      .execute()
  ).length;
const whole = {
  ...{ cloud_tasks: 1, cloud_turns: 1, cloud_attempts: 1, cloud_log: 2, cloud_egress: 3 },
  ...{ cloud_comments: 1, cloud_pull_requests: 1 },
};
const gone = Object.fromEntries(Object.keys(whole).map((table) => [table, 0]));

test('logs, requests, files and tasks go each in their time, and nothing of a person on hold', async () => {
  const hers = await doneTask();
  const his = await doneTask(cloud.linus);
  const hold = await placeHold(services, by(), { memberId: cloud.linusId, reason: 'Case 7' });
  await keep('task-logs', 10);
  await keep('task-requests', 20);
  await keep('task-files', 30);
  await keep('tasks', 40);
  at(9);
  expect(await purgeOldRecords(services)).toBe(0);
  at(11);
  expect((await compliance.call('GET', '/compliance/retention/task-logs/preview?days=10')).body).toMatchObject({
    goes: 2,
    oldestAt: start.toISOString(),
    heldPeople: 1,
  });
  expect(await purgeOldRecords(services)).toBe(2);
  expect(await tracesOf(services, hers.id)).toEqual({ ...whole, cloud_log: 0 });
  const log = await cloud.grace.call('GET', `/attempts/${hers.attemptId}/log`);
  expect(log.body).toMatchObject({ items: [], isComplete: true });
  at(21);
  expect(await purgeOldRecords(services)).toBe(3);
  expect(await tracesOf(services, hers.id)).toEqual({ ...whole, cloud_log: 0, cloud_egress: 0 });
  at(31);
  expect(await keysOf(hers.blobs)).toBe(3);
  expect(await purgeOldRecords(services)).toBe(1);
  expect(await keysOf(hers.blobs)).toBe(0);
  at(41);
  expect(await purgeOldRecords(services)).toBe(1);
  expect(await tracesOf(services, hers.id)).toEqual(gone);
  expect(await tracesOf(services, his.id)).toEqual(whole);
  expect(await keysOf(his.blobs)).toBe(3);
  await liftHold(services, by(), { id: hold.id, reason: 'closed' });
  await purgeOldRecords(services);
  expect(await tracesOf(services, his.id)).toEqual(gone);
  expect(await keysOf(his.blobs)).toBe(0);
  const purges = await cloud.events('compliance.purged');
  expect(purges.map(({ payload }) => payload)).toEqual([
    { 'task-logs': 2 },
    { 'task-requests': 3 },
    { 'task-files': 1 },
    { tasks: 1 },
    { tasks: 1 },
  ]);
});

test('a task whose files are gone is read, and neither continued, run again nor published', async () => {
  const task = await doneTask();
  await keep('task-files', 5);
  at(6);
  await purgeOldRecords(services);
  const { body } = await cloud.grace.call<Task>('GET', `/tasks/${task.id}`);
  expect(body).toMatchObject({
    stats: { filesModified: 1 },
    followUpRefusedBecause: expect.stringContaining('not kept any more'),
    mayNotPublishBecause: expect.stringContaining('not kept any more'),
    turns: [{ prompt: 'Repair it', attempts: [{ answer: 'It is done.', hasDiff: false }] }],
  });
  const { attemptId } = task;
  const refused = { status: 409, body: { message: expect.stringContaining('not kept any more') } };
  const next = { attemptId, prompt: 'And the tests' };
  expect(await cloud.grace.call('POST', `/tasks/${task.id}/turns`, next)).toMatchObject(refused);
  expect(await cloud.grace.call('POST', `/tasks/${task.id}/retry`, {})).toMatchObject(refused);
  expect(await cloud.grace.call('POST', `/tasks/${task.id}/pull-requests`, { attemptId })).toMatchObject(refused);
});

test('what waits or runs does not go, however old it is, nor what was touched since', async () => {
  const running = await doneTask();
  const touched = await doneTask();
  await services.db
    .updateTable('cloud_attempts')
    .set({ state: 'working', ending: null, finished_at: null, lease_until: new Date(start.getTime() + 99 * dayMs) })
    .where('id', '=', running.attemptId)
    .execute();
  for (const kind of ['tasks', 'task-files', 'task-logs'] as const) await keep(kind, 1);
  at(50);
  await services.db
    .updateTable('cloud_tasks')
    .set({ updated_at: services.clock() })
    .where('id', '=', touched.id)
    .execute();
  await purgeOldRecords(services);
  expect(await tracesOf(services, running.id)).toEqual(whole);
  expect(await tracesOf(services, touched.id)).toEqual({ ...whole, cloud_log: 0 });
  expect(await keysOf([...running.blobs, ...touched.blobs])).toBe(6);
});

test('erasing a person takes their tasks, and with the audit log their name wherever it stands as text', async () => {
  const { db } = services;
  const hers = await doneTask();
  const his = await doneTask(cloud.linus);
  await db.updateTable('members').set({ name: 'Grace Hopper' }).where('id', '=', cloud.graceId).execute();
  const label = 'Grace Hopper <grace@example.com>';
  await db
    .updateTable('cloud_environments')
    .set({ creator_id: cloud.graceId, creator_name: 'Grace Brewster' })
    .execute();
  const secret = { environment_id: cloud.environmentId, workspace_id: cloud.workspaceId, sealed: 'x' };
  const secrets = [label, 'Graceland <g@example.org>'].map((updated_by, index) => ({
    ...{ ...secret, updated_by, name: `S${index}`, updated_at: start },
  }));
  await db.insertInto('cloud_environment_secrets').values(secrets).execute();
  await db
    .insertInto('cloud_runner_tokens')
    .values({
      ...{ id: 'rtok_1', workspace_id: cloud.workspaceId, token_hash: 'h', hint: 'h', labels: '[]', created_by: label },
      ...{ created_at: start, expires_at: start, used_at: null, revoked_at: null },
    })
    .execute();
  await db.updateTable('git_connections').set({ created_by: label }).execute();
  const use = { workspace_id: cloud.workspaceId, connection_id: 'git_1', repository: 'acme/app', operation: 'push' };
  const uses = ['Grace Hopper: publish to main', `task ${hers.id}`].map((for_whom, index) => ({
    ...{ ...use, id: `use_${index}`, permissions: '{}', for_whom, at: start, expires_at: start },
  }));
  await db.insertInto('git_token_uses').values(uses).execute();
  const bundle = { id: 'bun_1', workspace_id: cloud.workspaceId, slug: 'b', name: 'B', created_by: 'Ada' };
  await db
    .insertInto('team_config_bundles')
    .values({ ...bundle, created_at: start, updated_at: start, deleted_at: null })
    .execute();
  const { id: repository_id } = await db.selectFrom('git_repositories').select('id').executeTakeFirstOrThrow();
  await db
    .insertInto('team_config_pull_requests')
    .values({
      ...{ id: 'bpr_1', workspace_id: cloud.workspaceId, bundle_id: bundle.id, repository_id, base: 'main' },
      ...{ branch: 'reeve/b', number: 1, url: 'https://git.example.com/1', state: 'open', version: 1, head_sha: 'a' },
      ...{ opened_by: 'Grace Hopper', created_at: start, updated_at: start, checked_at: start },
    })
    .execute();
  const preview = `/compliance/erasures/preview?memberId=${cloud.graceId}`;
  expect((await compliance.call('GET', preview)).body).toMatchObject({ tasks: 1 });
  const order = (withAudit: boolean) =>
    compliance.call<Erasure>('POST', '/compliance/erasures', {
      memberId: cloud.graceId,
      reason: 'Request 12',
      withAudit,
    });
  const work = openPersonWork(services);
  await order(false);
  await work.look();
  expect(await tracesOf(services, hers.id)).toEqual(gone);
  expect(await keysOf(hers.blobs)).toBe(0);
  expect(await tracesOf(services, his.id)).toEqual(whole);
  expect((await db.selectFrom('git_connections').select('created_by').executeTakeFirst())?.created_by).toBe(label);
  await order(true);
  await work.look();
  await work.close();
  type Table = 'cloud_environments' | 'cloud_runner_tokens' | 'git_connections' | 'team_config_pull_requests';
  const column = async (table: Table, name: string) =>
    Object.values((await db.selectFrom(table).select(db.dynamic.ref(name)).executeTakeFirst()) ?? {});
  expect(await column('cloud_environments', 'creator_name')).toEqual(['(erased)']);
  expect(await column('cloud_runner_tokens', 'created_by')).toEqual(['(erased)']);
  expect(await column('git_connections', 'created_by')).toEqual(['(erased)']);
  expect(await column('team_config_pull_requests', 'opened_by')).toEqual(['(erased)']);
  const names = await db.selectFrom('cloud_environment_secrets').select('updated_by').orderBy('name').execute();
  expect(names.map(({ updated_by }) => updated_by)).toEqual(['(erased)', 'Graceland <g@example.org>']);
  const whom = await db.selectFrom('git_token_uses').select('for_whom').orderBy('id').execute();
  expect(whom.map(({ for_whom }) => for_whom)).toEqual(['(erased)', `task ${hers.id}`]);
});
