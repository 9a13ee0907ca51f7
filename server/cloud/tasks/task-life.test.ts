import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { Job } from '#contract/runner-protocol.ts';
import type { Task } from '#contract/tasks.ts';
import { openTasks, tasksAs } from '#testing/open-tasks.ts';
import { type RunnerApi, type RunnerCaller, startRunnerApi } from '#testing/runner-client.ts';
import { openTestServices, type TestServices } from '#testing/test-services.ts';
import { deleteTask } from './delete-task.ts';
import { endLostAccess } from './end-lost-access.ts';
import { watchAttempt } from './watch-attempt.ts';

/** A task with whatever a real runner says about it over the real protocol; only the container is missing. */
let services: TestServices;
let api: RunnerApi;
let runner: RunnerCaller;
let cloud: Awaited<ReturnType<typeof openTasks>>;

beforeAll(async () => {
  services = await openTestServices();
  api = await startRunnerApi(services);
});
beforeEach(async () => {
  await services.db.deleteFrom('workspaces').execute();
  cloud = await openTasks(services);
  runner = await api.register(cloud.workspaceId);
});
afterAll(async () => {
  await api.close();
  await services.close();
});

const diff = 'diff --git a/a.txt b/a.txt\n--- a/a.txt\n+++ b/a.txt\n@@ -1 +1 @@\n-old\n+new\n';
const base = 'b'.repeat(40);
const create = async (more: object = {}) => {
  const input = { environmentId: cloud.environmentId, mode: 'code', prompt: 'Fix it', ...more };
  return (await cloud.grace.call<Task>('POST', '/tasks', input)).body;
};
const get = async (id: string) => (await cloud.grace.call<Task>('GET', `/tasks/${id}`)).body;
const attemptOf = (task: Task, turn = 1) => task.turns[turn - 1]?.attempts[0];

async function claimed(): Promise<Job> {
  const job = await runner.claim();
  if (!job) throw new Error('nothing was given out');
  return job;
}
const say = (job: Job, more: object) =>
  runner.call('POST', `/attempts/${job.attemptId}/report`, { epoch: job.epoch, entries: [], egress: [], ...more });
const line = (seq: number, text: string) => ({
  seq,
  at: new Date().toISOString(),
  kind: 'message',
  phase: 'agent',
  text,
  item: null,
  exitCode: null,
});
const putDiff = (job: Job, text = diff) =>
  runner.call('PUT', `/attempts/${job.attemptId}/diff?epoch=${job.epoch}&final=true`, text, {
    'content-type': 'text/x-diff',
  });
const finish = (job: Job, ending = 'changed') =>
  runner.call('POST', `/attempts/${job.attemptId}/finish`, {
    epoch: job.epoch,
    ending,
    detail: null,
    answer: 'Done.',
    commits: { base },
    usage: null,
  });

describe('a task on a runner', () => {
  test('is seen as it goes, and ends with its answer, its diff and what left the container', async () => {
    const task = await create();
    const attemptId = attemptOf(task)?.id ?? '';
    const seen: string[] = [];
    const watching = (async () => {
      const owner = { workspaceId: cloud.workspaceId, memberId: cloud.graceId };
      for await (const news of watchAttempt(services, owner, { attemptId, after: 0 })) {
        if (news.kind === 'log') seen.push(...news.entries.map(({ text }) => text));
        else seen.push(news.kind === 'state' ? news.attempt.state : news.kind);
      }
    })();
    const job = await claimed();
    const egress = {
      at: new Date().toISOString(),
      phase: 'agent',
      method: 'GET',
      host: 'example.com',
      port: 443,
      path: '/',
      isAllowed: false,
      rule: 'internet-off',
      address: null,
      status: null,
      sentBytes: 0,
      receivedBytes: 0,
    };
    expect(job).toMatchObject({ prompt: 'Fix it', attemptId, repository: { name: 'acme/app', branch: 'main' } });
    expect(
      await say(job, { state: 'working', entries: [line(1, 'hello')], egress: [egress], baseCommit: base }),
    ).toMatchObject({
      status: 200,
    });
    expect(await get(task.id)).toMatchObject({ state: 'working', status: 'pending' });
    expect((await putDiff(job)).status).toBe(200);
    expect((await finish(job)).status).toBe(200);
    await watching;
    expect(seen).toContain('hello');
    expect(seen).toContain('diff');
    expect(seen.slice(-2)).toEqual(['completed', 'end']);
    expect(attemptOf(await get(task.id))).toMatchObject({
      answer: 'Done.',
      baseCommit: base,
      runnerName: 'runner',
      driver: 'docker',
      stats: { filesModified: 1, linesAdded: 1, linesRemoved: 1 },
    });
    const shown = await cloud.grace.call('GET', `/tasks/${task.id}/attempts/${attemptId}/diff`);
    expect(shown.body).toMatchObject({ diff, isFinal: true });
    const left = await cloud.grace.call('GET', `/attempts/${attemptId}/egress`);
    expect(left.body).toMatchObject({ refused: 1, items: [{ host: 'example.com', rule: 'internet-off' }] });
  });

  test('goes on from the commit, the changes and the comments of the turn before', async () => {
    const task = await create();
    const first = await claimed();
    await putDiff(first);
    await finish(first);
    const comment = { attemptId: first.attemptId, path: 'a.txt', side: 'new', line: 1, text: 'Shout it.' };
    const { body } = await cloud.grace.call<{ id: string }>('POST', `/tasks/${task.id}/comments`, comment);
    const turn = { attemptId: first.attemptId, prompt: 'Louder', commentIds: [body.id] };
    await cloud.grace.call('POST', `/tasks/${task.id}/turns`, turn);
    const second = await claimed();
    expect(second).toMatchObject({ turnNumber: 2, repository: { commit: base }, before: { hasDiff: true } });
    expect(second.prompt).toContain('1. a.txt, line 1:\n   Shout it.');
    const given = await runner.call('GET', `/attempts/${second.attemptId}/starting-diff?epoch=${second.epoch}`);
    expect(given.body).toBe(diff);
  });

  test('begins with the diff that came along', async () => {
    await create({ startingDiff: diff });
    const job = await claimed();
    expect(job.before).toEqual({ hasSession: false, hasDiff: true });
    const given = await runner.call('GET', `/attempts/${job.attemptId}/starting-diff?epoch=${job.epoch}`);
    expect(given.body).toBe(diff);
  });

  test('is cancelled: the runner hears it, and has the last word', async () => {
    const task = await create();
    const job = await claimed();
    await cloud.grace.call('POST', `/tasks/${task.id}/cancel`, {});
    expect((await runner.heartbeat([job])).leases).toMatchObject([{ order: 'cancel' }]);
    expect((await finish(job, 'cancelled')).status).toBe(200);
    expect(await get(task.id)).toMatchObject({ state: 'cancelled', status: 'error' });
  });

  test('is retried with the same prompt, as another attempt', async () => {
    const task = await create();
    const first = await claimed();
    await finish(first, 'agent-failed');
    await cloud.grace.call('POST', `/tasks/${task.id}/retry`, {});
    const second = await claimed();
    expect(second).toMatchObject({ prompt: 'Fix it', taskId: task.id, turnNumber: 1, placement: 0 });
    expect(second.attemptId).not.toBe(first.attemptId);
  });
});

describe('at the same moment', () => {
  test('a cancel and the runner’s last word leave one end, and nobody waits for the other for good', async () => {
    for (let round = 0; round < 8; round += 1) {
      const task = await create();
      const job = await claimed();
      const [cancelled, finished] = await Promise.all([
        cloud.grace.call('POST', `/tasks/${task.id}/cancel`, {}),
        finish(job),
      ]);
      expect([cancelled.status, finished.status]).toEqual([200, 200]);
      expect(attemptOf(await get(task.id))).toMatchObject({ state: 'completed', answer: 'Done.' });
    }
  });

  test('a deletion and the runner’s last word leave nothing', async () => {
    const { by } = cloud.grace;
    for (let round = 0; round < 8; round += 1) {
      const task = await create();
      const job = await claimed();
      const ref = { workspaceId: cloud.workspaceId, taskId: task.id };
      const remove = () =>
        deleteTask(services, by.actor, ref).then(
          () => 'deleted',
          (error: { code: string }) => error.code,
        );
      const [removed, finished] = await Promise.all([remove(), finish(job)]);
      expect([200, 409]).toContain(finished.status);
      // Whoever came in between may ask again.
      if (removed === 'conflict') expect(await remove()).toBe('deleted');
      else expect(removed).toBe('deleted');
    }
    expect(await services.db.selectFrom('cloud_attempts').select('id').execute()).toEqual([]);
  });
});

describe('what runs has no place any more', () => {
  test('when the member’s access ends: nothing that the runner says counts', async () => {
    const task = await create();
    const job = await claimed();
    await services.db.updateTable('members').set({ status: 'suspended' }).where('id', '=', cloud.graceId).execute();
    expect(await endLostAccess(services)).toBe(1);
    expect((await runner.heartbeat([job])).leases).toMatchObject([{ order: 'stop' }]);
    expect(await say(job, { entries: [line(1, 'still here')] })).toMatchObject({ status: 409, code: 'lease-lost' });
    expect(await finish(job)).toMatchObject({ status: 409, code: 'lease-lost' });
    await services.db.updateTable('members').set({ status: 'active' }).where('id', '=', cloud.graceId).execute();
    expect(attemptOf(await get(task.id))).toMatchObject({ state: 'failed', ending: 'access-ended', answer: null });
  });

  test('when the task is deleted', async () => {
    const task = await create();
    const job = await claimed();
    await putDiff(job);
    const { by } = tasksAs(services, { workspaceId: cloud.workspaceId, memberId: cloud.ownerId, role: 'owner' });
    await deleteTask(services, by.actor, { workspaceId: cloud.workspaceId, taskId: task.id });
    expect((await runner.heartbeat([job])).leases).toMatchObject([{ order: 'stop' }]);
    expect(await putDiff(job)).toMatchObject({ status: 409, code: 'lease-lost' });
    const kept = await services.db.selectFrom('blobs').select('name').execute();
    expect(kept.filter(({ name }) => name.includes(job.attemptId))).toEqual([]);
  });
});
