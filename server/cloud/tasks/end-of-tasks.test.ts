import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { Task } from '#contract/tasks.ts';
import { systemActor } from '#server/audit/index.ts';
import { openTasks, runnerStandIn } from '#testing/open-tasks.ts';
import { openTestServices, seedWorkspace, type TestServices } from '#testing/test-services.ts';
import { deleteTask, eraseTasksOf } from './delete-task.ts';
import { endLostAccess, watchAccess } from './end-lost-access.ts';
import { tasksOfPerson } from './person-rows.ts';

let services: TestServices;
let cloud: Awaited<ReturnType<typeof openTasks>>;
let runner: ReturnType<typeof runnerStandIn>;

beforeAll(async () => {
  services = await openTestServices();
});
beforeEach(async () => {
  await services.db.deleteFrom('workspaces').execute();
  await services.db.deleteFrom('audit_events').execute();
  cloud = await openTasks(services);
  runner = runnerStandIn(services, cloud.workspaceId);
});
afterAll(() => services.close());

const diff = 'diff --git a/a.txt b/a.txt\n--- a/a.txt\n+++ b/a.txt\n@@ -1 +1 @@\n-old\n+new\n';
const create = async (more: object = {}, who = cloud.grace) =>
  (
    await who.call<Task>('POST', '/tasks', {
      environmentId: cloud.environmentId,
      mode: 'code',
      prompt: 'Fix it',
      ...more,
    })
  ).body;
const idsOf = (task: Task) => task.turns.flatMap(({ attempts }) => attempts.map(({ id }) => id));
const attempts = () =>
  services.db.selectFrom('cloud_attempts').select(['state', 'ending', 'detail', 'member_id']).orderBy('id').execute();

describe('to delete a task', () => {
  test('takes everything in it, and no copy of its files can be read', async () => {
    const kept = await create({ startingDiff: diff });
    const task = await create({ startingDiff: diff, attempts: 2 });
    const [one = '', two = ''] = idsOf(task);
    await runner.writeLog(one, 1, ['hello']);
    await runner.writeDiff(one, diff);
    await runner.complete(one);
    await runner.update(two, { state: 'working' });
    const comment = { attemptId: one, path: 'a', side: 'new', line: 1, text: 'x' };
    await cloud.grace.call('POST', `/tasks/${task.id}/comments`, comment);
    const before = await services.db.selectFrom('blobs').select('name').execute();
    const actor = systemActor('compliance', cloud.workspaceId);
    await deleteTask(services, actor, { workspaceId: cloud.workspaceId, taskId: task.id });
    const after = await services.db.selectFrom('blobs').select('name').execute();
    expect([before.length, after.length]).toEqual([3, 1]);
    expect(after[0]?.name).toContain(kept.id);
    for (const { name } of before.filter((blob) => blob.name !== after[0]?.name))
      expect(await services.blobs.get(name)).toBeNull();
    for (const table of ['cloud_turns', 'cloud_attempts', 'cloud_comments'] as const) {
      const rows = await services.db.selectFrom(table).select('task_id').execute();
      expect(rows.every(({ task_id }) => task_id === kept.id)).toBe(true);
    }
    expect(await services.db.selectFrom('cloud_log').selectAll().execute()).toEqual([]);
    const [event] = await cloud.events('task.deleted');
    expect(event).toMatchObject({ subject_id: task.id, payload: { files: 2 } });
    expect(await cloud.events('task.ended')).toMatchObject([{ payload: { attemptId: two, ending: 'cancelled' } }]);
    expect((await cloud.grace.call('GET', `/tasks/${task.id}`)).status).toBe(404);
  });

  test('is refused for another workspace, and for whom a legal hold protects', async () => {
    const task = await create();
    const actor = systemActor('compliance', cloud.workspaceId);
    const other = await seedWorkspace(services.db, { name: 'Another' });
    const elsewhere = deleteTask(services, actor, { workspaceId: other.workspaceId, taskId: task.id });
    await expect(elsewhere).rejects.toMatchObject({ code: 'not-found' });
    await services.db
      .insertInto('compliance_holds')
      .values({
        id: 'hold_1',
        workspace_id: cloud.workspaceId,
        member_id: cloud.graceId,
        member_label: 'Grace',
        reason: 'A case',
        placed_at: new Date(),
        placed_by: 'Ada',
        lifted_at: null,
        lifted_by: null,
        lifted_because: null,
      })
      .execute();
    const held = deleteTask(services, actor, { workspaceId: cloud.workspaceId, taskId: task.id });
    await expect(held).rejects.toMatchObject({ code: 'on-hold' });
    expect(await attempts()).toMatchObject([{ state: 'queued' }]);
  });
});

describe('what is kept about a person', () => {
  const owner = () => ({ workspaceId: cloud.workspaceId, memberId: cloud.graceId });

  test('is told whole, and of nobody else', async () => {
    const task = await create({ prompt: 'Mine' });
    await create({ prompt: 'Not mine' }, cloud.linus);
    await runner.complete(idsOf(task)[0] ?? '', 'Answered.');
    const rows = [];
    for await (const row of tasksOfPerson(services).read(services.db, owner())) rows.push(row);
    expect(rows).toMatchObject([
      { id: task.id, title: 'Mine', turns: [{ prompt: 'Mine' }], attempts: [{ answer: 'Answered.' }] },
    ]);
  });

  test('is erased, also when the person is gone already', async () => {
    await create({ startingDiff: diff });
    await create();
    const kept = await create({}, cloud.linus);
    await services.db.deleteFrom('members').where('id', '=', cloud.graceId).execute();
    const actor = systemActor('compliance', cloud.workspaceId);
    const erase = () =>
      services.db.transaction().execute((tx) => eraseTasksOf(tx, services, actor, { ...owner(), limit: 1 }));
    expect([await erase(), await erase(), await erase()]).toEqual([1, 1, 0]);
    const left = await services.db.selectFrom('cloud_tasks').select('id').execute();
    expect(left).toEqual([{ id: kept.id }]);
  });
});

describe('when access ends', () => {
  const ended = { state: 'failed', ending: 'access-ended' };

  test('nothing ends while everybody may go on', async () => {
    await create({ attempts: 2 });
    expect(await endLostAccess(services)).toBe(0);
  });

  test('what waits and what runs ends, when Codex cloud is turned off', async () => {
    const task = await create({ attempts: 2 });
    await runner.update(idsOf(task)[0] ?? '', { state: 'working' });
    await create({}, cloud.linus);
    await services.db.updateTable('workspaces').set({ codex_cloud_enabled: false }).execute();
    expect(await endLostAccess(services)).toBe(3);
    expect(await attempts()).toMatchObject(Array(3).fill({ ...ended, detail: 'Codex cloud was turned off.' }));
    const { body } = await cloud.grace.call<Task>('GET', `/tasks/${task.id}`);
    expect(body.turns[0]?.attempts[0]?.sentence).toBe(
      'The member may not use Codex cloud any more. Codex cloud was turned off.',
    );
    expect(await endLostAccess(services)).toBe(0);
    expect(await cloud.events('task.ended')).toHaveLength(3);
  });

  const withoutGrace = {
    'is suspended': () =>
      services.db.updateTable('members').set({ status: 'suspended' }).where('id', '=', cloud.graceId).execute(),
    'is removed': () => services.db.deleteFrom('members').where('id', '=', cloud.graceId).execute(),
    'loses the role that includes it': async () => {
      await services.db.updateTable('workspaces').set({ default_role_id: null }).execute();
      await services.db.deleteFrom('role_grants').where('member_id', '=', cloud.graceId).execute();
    },
  };
  test.each(Object.keys(withoutGrace) as (keyof typeof withoutGrace)[])(
    'only theirs end when a member %s',
    async (how) => {
      await create();
      await create({}, cloud.linus);
      await withoutGrace[how]();
      expect(await endLostAccess(services)).toBe(1);
      const rows = await attempts();
      expect(rows.filter(({ member_id }) => member_id === cloud.graceId)).toMatchObject([ended]);
      expect(rows.filter(({ member_id }) => member_id === cloud.linusId)).toMatchObject([{ state: 'queued' }]);
    },
  );

  test('it is noticed by the next look, without a word from whoever changed it', async () => {
    await create();
    const look = watchAccess(services);
    await look.run();
    await services.db.updateTable('members').set({ status: 'suspended' }).where('id', '=', cloud.graceId).execute();
    await look.run();
    expect(await attempts()).toMatchObject([ended]);
  });
});
