import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { BuiltInRole } from '#contract/built-in-roles.ts';
import type { GroupLimit } from '#contract/group-limits.ts';
import type { Task } from '#contract/tasks.ts';
import { newId } from '#server/crypto/ids.ts';
import { createHttpApp } from '#server/http/create-http-app.ts';
import { mountOwnApi } from '#server/http/own-api.ts';
import { seedTask } from '#testing/cloud-queue.ts';
import { openTasks } from '#testing/open-tasks.ts';
import { apiClient } from '#testing/own-api-client.ts';
import { seedRunner } from '#testing/queue-players.ts';
import { signedInAs } from '#testing/signed-in-as.ts';
import { openTestServices, type TestServices } from '#testing/test-services.ts';
import { giveOut } from '../attempts/give-out.ts';
import { groupLimitRoutes } from './routes.ts';

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

function callAs(role: BuiltInRole) {
  const app = createHttpApp({ log: services.log, trustedProxies: [] });
  const { ownerId: memberId, workspaceId } = cloud;
  const member = signedInAs({ memberId, workspaceId }, { role, email: 'ada@example.com' });
  mountOwnApi(app, {
    router: { groupLimits: groupLimitRoutes(services) },
    origin: services.origin,
    readMember: async () => member,
  });
  return apiClient(app).call;
}

async function seedGroup(name: string, memberIds: readonly string[]): Promise<string> {
  const { workspaceId } = cloud;
  const id = newId('grp');
  const at = services.clock();
  await services.db
    .insertInto('groups')
    .values({ id, workspace_id: workspaceId, name, description: '', source: 'manual', created_at: at })
    .execute();
  for (const member_id of memberIds)
    await services.db
      .insertInto('group_members')
      .values({ workspace_id: workspaceId, group_id: id, member_id, added_at: at })
      .execute();
  return id;
}

const set = (groupId: string, runningAtOnce: number | null, role: BuiltInRole = 'owner') =>
  callAs(role)<{ code?: string }>('PUT', `/group-limits/${groupId}`, { runningAtOnce });
const list = (query = '') =>
  callAs('owner')<{ items: GroupLimit[]; nextCursor: string | null }>('GET', `/group-limits${query}`);

const queue = (memberId: string, count: number) =>
  seedTask(services, cloud.workspaceId, { memberId, environmentId: null, attempts: count });

/** As many runners as ask. @returns how many attempts of each member began */
async function claim(count: number): Promise<Record<string, number>> {
  const { workspaceId } = cloud;
  const claims = [];
  for (let index = 0; index < count; index += 1) claims.push({ runnerId: await seedRunner(services, workspaceId) });
  const given = await giveOut(services, workspaceId, claims);
  const ids = [...given.values()].map(({ attemptId }) => attemptId);
  const rows =
    ids.length === 0
      ? []
      : await services.db.selectFrom('cloud_attempts').select('member_id').where('id', 'in', ids).execute();
  return Object.fromEntries(
    [...Map.groupBy(rows, ({ member_id }) => member_id)].map(([member, own]) => [
      member === cloud.graceId ? 'grace' : 'linus',
      own.length,
    ]),
  );
}

describe('the limit of a group', () => {
  test('is set, changed, listed by name, taken away, and goes with its group', async () => {
    const web = await seedGroup('Web', [cloud.graceId, cloud.linusId]);
    const apps = await seedGroup('apps', []);
    expect(await set(web, 3)).toMatchObject({ status: 200, body: { groupId: web, runningAtOnce: 3 } });
    await set(apps, 7);
    await set(web, 2);
    const limit = (groupId: string, groupName: string, members: number, runningAtOnce: number) => ({
      groupId,
      groupName,
      members,
      running: 0,
      runningAtOnce,
    });
    const all = [limit(apps, 'apps', 0, 7), limit(web, 'Web', 2, 2)];
    expect((await list()).body.items).toEqual(all);
    const page = (await list('?limit=1')).body;
    expect(page.items).toEqual(all.slice(0, 1));
    expect((await list(`?limit=1&cursor=${page.nextCursor}`)).body).toEqual({ items: all.slice(1), nextCursor: null });
    await set(apps, null);
    await services.db.deleteFrom('groups').where('id', '=', web).execute();
    expect((await list()).body.items).toEqual([]);
    const told = (await cloud.events('group.hosted-limit-changed')).map(({ subject_label, payload }) => [
      subject_label,
      payload.before,
      payload.after,
    ]);
    expect(told).toEqual([
      ['Web', { runningAtOnce: null }, { runningAtOnce: 3 }],
      ['apps', { runningAtOnce: null }, { runningAtOnce: 7 }],
      ['Web', { runningAtOnce: 3 }, { runningAtOnce: 2 }],
      ['apps', { runningAtOnce: 7 }, { runningAtOnce: null }],
    ]);
  });

  test('is the owner’s to set, of groups that are there', async () => {
    const web = await seedGroup('Web', []);
    expect(await set(web, 3, 'codex-user')).toMatchObject({ status: 403 });
    expect(await set('grp_x', 3)).toMatchObject({ status: 404, body: { code: 'not-found' } });
    for (const wrong of [0, -1, 1.5, 10_001]) expect((await set(web, wrong)).status).toBe(400);
    expect((await list()).body.items).toEqual([]);
  });

  test('holds for its members together; others go on', async () => {
    await set(await seedGroup('Web', [cloud.graceId]), 2);
    await queue(cloud.graceId, 4);
    await queue(cloud.linusId, 4);
    expect(await claim(10)).toEqual({ grace: 2, linus: 4 });
    expect(await claim(2)).toEqual({});
    expect((await list()).body.items).toMatchObject([{ running: 2 }]);
  });

  test('of several groups: an attempt counts in each and begins when none is full', async () => {
    await set(await seedGroup('Web', [cloud.graceId, cloud.linusId]), 3);
    const interns = await seedGroup('Interns', [cloud.graceId]);
    await set(interns, 1);
    await seedGroup('Without a limit', [cloud.graceId, cloud.linusId]);
    await queue(cloud.graceId, 4);
    await queue(cloud.linusId, 4);
    expect(await claim(10)).toEqual({ grace: 1, linus: 2 });
    await set(interns, null);
    expect(await claim(10)).toEqual({});
    await services.db.deleteFrom('cloud_group_limits').execute();
    expect(await claim(10)).toEqual({ grace: 3, linus: 2 });
  });

  test('lowered, lets go on what runs and begins nothing new', async () => {
    const web = await seedGroup('Web', [cloud.graceId]);
    await queue(cloud.graceId, 4);
    expect(await claim(3)).toEqual({ grace: 3 });
    await set(web, 1);
    expect(await claim(3)).toEqual({});
    expect((await list()).body.items).toMatchObject([{ running: 3, runningAtOnce: 1 }]);
  });
});

test('a task that waits says which limits it waits for', async () => {
  const { grace, environmentId } = cloud;
  const sentence = async () => {
    const { body } = await grace.call<Task>('POST', '/tasks', { environmentId, mode: 'ask', prompt: 'Why?' });
    const shown = await grace.call<Task>('GET', `/tasks/${body.id}`);
    return shown.body.turns[0]?.attempts[0]?.sentence;
  };
  await set(await seedGroup('Interns', [cloud.graceId]), 1);
  await set(await seedGroup('Web', [cloud.graceId]), 2);
  expect(await sentence()).toBe('It waits for a runner.');
  await services.db.deleteFrom('cloud_tasks').execute();
  await queue(cloud.graceId, 4);
  await claim(1);
  expect(await sentence()).toBe(
    'It waits for room: 1 of the group “Interns” run, as many as its members may together.',
  );
  const { body } = await grace.call<{ limits: object }>('GET', '/tasks');
  expect(body.limits).toMatchObject({
    groups: [
      { name: 'Interns', running: 1, runningAtOnce: 1 },
      { name: 'Web', running: 1, runningAtOnce: 2 },
    ],
  });
  await services.db
    .updateTable('workspaces')
    .set({ cloud_tasks_per_member: 1, cloud_tasks_per_workspace: 1 })
    .execute();
  expect(await sentence()).toBe(
    'It waits for room: 1 of yours run, as many as one member may at once; 1 of the group “Interns” run, as many as its members may together; 1 run, as many as the workspace may at once.',
  );
});
