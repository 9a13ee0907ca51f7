import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { Task, TaskSummary } from '#contract/tasks.ts';
import { openTasks, runnerStandIn, seedEnvironment, seedRepository, tasksAs } from '#testing/open-tasks.ts';
import { openTestServices, seedMember, seedWorkspace, type TestServices } from '#testing/test-services.ts';
import { queuedPerMember } from './limits.ts';

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

const create = (more: object = {}, who = cloud.grace) =>
  who.call<Task & { code?: string; data?: Record<string, unknown> }>('POST', '/tasks', {
    environmentId: cloud.environmentId,
    mode: 'code',
    prompt: 'Fix the login.\nIt fails when the name has an accent.',
    ...more,
  });
const attemptIds = (task: Task, turn = 1) =>
  task.turns.find(({ number }) => number === turn)?.attempts.map(({ id }) => id) ?? [];
const firstAttempt = (task: Task, turn = 1) => attemptIds(task, turn)[0] ?? '';
const list = (query = '', who = cloud.grace) =>
  who.call<{ items: TaskSummary[]; nextCursor: string | null; limits: Record<string, number> }>(
    'GET',
    `/tasks${query}`,
  );
const get = (id: string, who = cloud.grace) => who.call<Task & { code?: string }>('GET', `/tasks/${id}`);
const stored = () => services.db.selectFrom('cloud_attempts').selectAll().orderBy('queued_at').orderBy('id').execute();

describe('a new task', () => {
  test('that was put back says whether a runner was lost', async () => {
    const { body } = await create({ attempts: 1 });
    const sentence = async () => (await get(body.id)).body.turns[0]?.attempts[0]?.sentence;
    await services.db.updateTable('cloud_attempts').set({ tries: 2 }).execute();
    expect(await sentence()).toBe('It begins again. It waits for a runner.');
    await services.db.updateTable('cloud_attempts').set({ losses: 1 }).execute();
    expect(await sentence()).toBe('Its runner was lost. It waits for a runner.');
  });

  test('waits for a runner, with its title from the first words', async () => {
    const { status, body } = await create({ attempts: 3 });
    expect(status).toBe(200);
    expect(body.id).toMatch(/^task_e_[0-9a-f]{32}$/);
    expect(body).toMatchObject({
      title: 'Fix the login.',
      status: 'pending',
      state: 'queued',
      branch: 'main',
      repository: 'acme/app',
      environmentLabel: 'Application',
      source: 'console',
      attempts: 3,
      isUnread: false,
      mayPublish: false,
      mayNotPublishBecause: 'There are no changes to publish.',
      followUpRefusedBecause: 'It still runs. Wait for its end, or cancel it first.',
    });
    expect(body.turns).toHaveLength(1);
    expect(body.turns[0]?.prompt).toBe('Fix the login.\nIt fails when the name has an accent.');
    const waiting = body.turns[0]?.attempts.map(({ placement, queuePosition, sentence }) => [
      placement,
      queuePosition,
      sentence,
    ]);
    expect(waiting).toEqual([1, 2, 3].map((position) => [position - 1, position, 'It waits for a runner.']));
    for (const id of attemptIds(body)) expect(id).toMatch(/^turn_[0-9a-f]{32}$/);
    expect((await stored()).map(({ needs, state }) => [needs, state])).toEqual(
      Array(3).fill([{ labels: [], runtime: 'any', cpus: 1 }, 'queued']),
    );
  });

  test('is told in the audit log, without what it says', async () => {
    const { body } = await create();
    const [event] = await cloud.events('task.created');
    expect(event).toMatchObject({
      subject_id: body.id,
      subject_label: 'acme/app in Application',
      actor_id: cloud.graceId,
      payload: { branch: 'main', mode: 'code', attempts: 1, hasStartingDiff: false },
    });
    expect(JSON.stringify(event)).not.toContain('login');
  });

  test('keeps what it says sealed', async () => {
    await create();
    const rows = await services.db.selectFrom('cloud_tasks').selectAll().execute();
    const turns = await services.db.selectFrom('cloud_turns').selectAll().execute();
    expect(JSON.stringify([rows, turns])).not.toMatch(/login|accent/);
  });

  test('keeps the diff that it begins with as a file', async () => {
    const { body } = await create({ startingDiff: diff });
    const turn = await services.db.selectFrom('cloud_turns').selectAll().executeTakeFirstOrThrow();
    const blob = await services.blobs.get(turn.starting_diff_blob ?? '');
    expect(blob && (await text(blob.content))).toBe(diff);
    expect(turn.starting_diff_blob).toContain(body.id);
  });

  test.each([
    ['a text that is no diff', { startingDiff: 'not a diff' }, 400, 'bad-input'],
    ['a branch that git would take for an option', { branch: '--upload-pack=x' }, 400, 'bad-input'],
    ['five attempts', { attempts: 5 }, 400, 'bad-input'],
    ['an empty prompt', { prompt: ' ' }, 400, 'bad-input'],
    ['an environment that is not there', { environmentId: 'env_x' }, 404, 'not-found'],
    ['a repository that is not of the environment', { repositoryId: 'rep_x' }, 404, 'not-found'],
  ])('is refused with %s', async (_what, more, status, code) => {
    expect(await create(more)).toMatchObject({ status, body: { code } });
    expect(await stored()).toEqual([]);
  });

  test('is refused in somebody else’s private environment', async () => {
    const environmentId = await seedEnvironment(services, {
      workspaceId: cloud.workspaceId,
      creatorId: cloud.linusId,
      repositoryIds: [cloud.repositoryId],
      sharing: 'private',
    });
    expect(await create({ environmentId })).toMatchObject({ status: 404 });
    expect(await create({ environmentId }, cloud.linus)).toMatchObject({ status: 200 });
  });

  test('is refused while Codex cloud is off, and what there is can still be read', async () => {
    const { body } = await create();
    await runner.complete(firstAttempt(body));
    await services.db.updateTable('workspaces').set({ codex_cloud_enabled: false }).execute();
    expect(await create()).toMatchObject({ status: 403, body: { code: 'cloud-off' } });
    const { status, body: read } = await get(body.id);
    expect(status).toBe(200);
    expect(read.followUpRefusedBecause).toContain('Codex cloud is off');
    const attemptId = firstAttempt(body);
    const followUp = { attemptId, prompt: 'And now?' };
    expect((await cloud.grace.call('POST', `/tasks/${body.id}/turns`, followUp)).body).toMatchObject({
      code: 'cloud-off',
    });
    expect((await cloud.grace.call('POST', `/tasks/${body.id}/retry`, {})).body).toMatchObject({ code: 'cloud-off' });
    expect((await cloud.grace.call('POST', `/tasks/${body.id}/pull-requests`, { attemptId })).body).toMatchObject({
      code: 'cloud-off',
    });
  });

  test('is refused when too many wait, however many come at once', async () => {
    for (let waiting = 0; waiting + 4 < queuedPerMember; waiting += 4)
      expect((await create({ attempts: 4 })).status).toBe(200);
    const answers = await Promise.all([create({ attempts: 2 }), create({ attempts: 2 }), create({ attempts: 2 })]);
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 429, 429]);
    expect(await stored()).toHaveLength(queuedPerMember);
    const refused = answers.find(({ status }) => status === 429);
    expect(refused?.body).toMatchObject({ code: 'task-limit', data: { queued: queuedPerMember, queuedPerMember } });
    expect((await create({}, cloud.linus)).status).toBe(200);
    expect((await list()).body.limits).toEqual({
      queued: queuedPerMember,
      running: 0,
      runningPerMember: 4,
      queuedPerMember,
      groups: [],
    });
  });
});

describe('who sees a task', () => {
  const calls = (id: string, attemptId: string): [method: string, path: string, input?: object][] => [
    ['GET', `/tasks/${id}`],
    ['POST', `/tasks/${id}/turns`, { attemptId, prompt: 'Go on' }],
    ['POST', `/tasks/${id}/cancel`, {}],
    ['POST', `/tasks/${id}/retry`, {}],
    ['PUT', `/tasks/${id}/archived`, { isArchived: true }],
    ['POST', `/tasks/${id}/read`, {}],
    ['GET', `/attempts/${attemptId}/log`],
    ['GET', `/attempts/${attemptId}/egress`],
    ['GET', `/tasks/${id}/attempts/${attemptId}/diff`],
    ['POST', `/tasks/${id}/comments`, { attemptId, path: 'a', side: 'new', line: 1, text: 'x' }],
    ['DELETE', `/tasks/${id}/comments/com_x`, {}],
    ['POST', `/tasks/${id}/pull-requests`, { attemptId }],
  ];

  test('nobody but who gave it: not the owner, not a Codex admin, not another workspace', async () => {
    const { body } = await create();
    const attemptId = firstAttempt(body);
    const other = await seedWorkspace(services.db, { name: 'Another' });
    const stranger = await seedMember(services.db, { workspaceId: other.workspaceId, email: 'x@x.test' });
    await services.db.updateTable('workspaces').set({ codex_cloud_enabled: true }).execute();
    const others = [
      cloud.linus,
      tasksAs(services, { workspaceId: cloud.workspaceId, memberId: cloud.ownerId, role: 'owner' }),
      tasksAs(services, { workspaceId: cloud.workspaceId, memberId: cloud.linusId, role: 'codex-admin' }),
      tasksAs(services, { workspaceId: other.workspaceId, memberId: stranger }),
      // The right member in the wrong workspace: no query forgets the workspace.
      tasksAs(services, { workspaceId: other.workspaceId, memberId: cloud.graceId }),
    ];
    for (const who of others) {
      expect((await list('?show=all', who)).body.items).toEqual([]);
      for (const [method, path, input] of calls(body.id, attemptId)) {
        const answer = await who.call<{ code: string }>(method, path, input);
        expect([method, path, answer.status]).toEqual([method, path, 404]);
        expect(['not-found', 'attempt-not-found']).toContain(answer.body.code);
      }
    }
    expect(await stored()).toMatchObject([{ state: 'queued', cancel_asked_at: null }]);
    expect((await get(body.id)).status).toBe(200);
  });

  test('an attempt is found only in its own task', async () => {
    const [one, other] = [(await create()).body, (await create()).body];
    const foreign = firstAttempt(other);
    await runner.complete(firstAttempt(one));
    await runner.complete(foreign);
    expect(await cloud.grace.call('GET', `/tasks/${one.id}/attempts/${foreign}/diff`)).toMatchObject({ status: 404 });
    const turn = { attemptId: foreign, prompt: 'Go on' };
    expect(await cloud.grace.call('POST', `/tasks/${one.id}/turns`, turn)).toMatchObject({
      status: 404,
      body: { code: 'attempt-not-found' },
    });
  });
});

describe('the list', () => {
  test('comes in pages, newest first, and loses nothing where several were made in one moment', async () => {
    services.setNow(new Date('2026-11-26T10:00:00Z'));
    for (let index = 0; index < 5; index += 1) await create({ prompt: `Task ${index}` });
    services.setNow(null);
    const seen: string[] = [];
    for (let query = '?limit=2'; ; ) {
      const { body } = await list(query);
      seen.push(...body.items.map(({ id }) => id));
      if (body.nextCursor === null) break;
      query = `?limit=2&cursor=${body.nextCursor}`;
    }
    expect(seen).toHaveLength(5);
    expect(seen).toEqual([...seen].sort().reverse());
    expect((await list('?cursor=made-up')).status).toBe(400);
  });

  test('finds titles that are sealed, and what stands beside them', async () => {
    await create({ prompt: 'Tidy the Fjord module' });
    await create({ prompt: 'Something else', branch: 'release/2' });
    const titles = async (search: string) =>
      (await list(`?search=${encodeURIComponent(search)}`)).body.items.map(({ title }) => title);
    expect(await titles('fjord')).toEqual(['Tidy the Fjord module']);
    expect(await titles('release')).toEqual(['Something else']);
    expect(await titles('acme/app')).toHaveLength(2);
    expect(await titles('nothing such')).toEqual([]);
  });

  test('a search goes on where it stopped', async () => {
    for (let index = 0; index < 4; index += 1) await create({ prompt: index % 2 ? `Odd ${index}` : `Even ${index}` });
    const first = (await list('?search=odd&limit=1')).body;
    expect(first.items.map(({ title }) => title)).toEqual(['Odd 3']);
    const second = (await list(`?search=odd&limit=1&cursor=${first.nextCursor}`)).body;
    expect(second.items.map(({ title }) => title)).toEqual(['Odd 1']);
  });

  test('leaves out what is archived, unless that is asked for', async () => {
    const { body } = await create();
    await create({ prompt: 'Stays' });
    await cloud.grace.call('PUT', `/tasks/${body.id}/archived`, { isArchived: true });
    const titles = async (query: string) => (await list(query)).body.items.map(({ title }) => title);
    expect(await titles('')).toEqual(['Stays']);
    expect(await titles('?show=archived')).toEqual(['Fix the login.']);
    expect(await titles('?show=all')).toHaveLength(2);
    await cloud.grace.call('PUT', `/tasks/${body.id}/archived`, { isArchived: false });
    expect(await titles('')).toHaveLength(2);
    expect((await cloud.events('task.archived')).map(({ payload }) => payload.isArchived)).toEqual([true, false]);
  });

  test('is of one environment where asked', async () => {
    const repositoryId = await seedRepository(services, { workspaceId: cloud.workspaceId, name: 'acme/other' });
    const environmentId = await seedEnvironment(services, {
      workspaceId: cloud.workspaceId,
      creatorId: cloud.ownerId,
      repositoryIds: [repositoryId],
      label: 'Other',
    });
    await create();
    await create({ environmentId });
    expect((await list(`?environmentId=${environmentId}`)).body.items).toMatchObject([{ repository: 'acme/other' }]);
  });

  test('says what ended since one looked', async () => {
    const { body } = await create();
    expect((await list()).body.items[0]?.isUnread).toBe(false);
    await runner.complete(firstAttempt(body));
    expect((await list()).body.items[0]).toMatchObject({ isUnread: true, status: 'ready', state: 'completed' });
    await cloud.grace.call('POST', `/tasks/${body.id}/read`, {});
    expect((await list()).body.items[0]?.isUnread).toBe(false);
  });

  test('stands for a turn by what came out best', async () => {
    const { body } = await create({ attempts: 3 });
    const [one = '', two = '', three = ''] = attemptIds(body);
    const state = async () => (await list()).body.items[0]?.state;
    await runner.fail(one);
    expect(await state()).toBe('queued');
    await runner.update(two, { state: 'working' });
    expect(await state()).toBe('working');
    await runner.complete(three);
    expect(await state()).toBe('completed');
    expect((await list()).body.items[0]?.status).toBe('ready');
  });
});
