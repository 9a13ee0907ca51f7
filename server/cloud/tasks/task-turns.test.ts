import { sql } from 'kysely';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { DiffComment, Task } from '#contract/tasks.ts';
import { openTasks, runnerStandIn } from '#testing/open-tasks.ts';
import { openTestServices, type TestServices } from '#testing/test-services.ts';
import { mostComments } from './comments.ts';
import { contentContext } from './task-content.ts';

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

type Answer = Task & { code?: string; message?: string; data?: { issues?: { message: string }[] } };
const call = (method: string, path: string, input?: object) => cloud.grace.call<Answer>(method, path, input);
const diff = 'diff --git a/a.txt b/a.txt\n--- a/a.txt\n+++ b/a.txt\n@@ -1 +1 @@\n-old\n+new\n';

const create = async (more: object = {}) =>
  (await call('POST', '/tasks', { environmentId: cloud.environmentId, mode: 'code', prompt: 'Fix it', ...more })).body;
const attempts = (task: Task, turn = 1) => task.turns.find(({ number }) => number === turn)?.attempts ?? [];
const first = (task: Task, turn = 1) => attempts(task, turn)[0]?.id ?? '';
const turnsOf = (taskId: string) =>
  services.db.selectFrom('cloud_turns').selectAll().where('task_id', '=', taskId).orderBy('number').execute();

describe('a follow-up', () => {
  test('goes on from what an attempt left: its changes, its mode, and the prompt that follows', async () => {
    const task = await create({ attempts: 2 });
    const [one = { id: '' }, two = { id: '' }] = attempts(task);
    await runner.fail(one.id);
    const blob = await runner.writeDiff(two.id, diff);
    await runner.complete(two.id);
    expect((await call('GET', `/tasks/${task.id}`)).body.followUpRefusedBecause).toBeNull();
    const { body } = await call('POST', `/tasks/${task.id}/turns`, { attemptId: two.id, prompt: 'Now the tests' });
    expect(body.turns.map(({ prompt }) => prompt)).toEqual(['Fix it', 'Now the tests']);
    expect(body).toMatchObject({ status: 'pending', attempts: 1, mode: 'code', isUnread: false });
    const [, turn] = await turnsOf(task.id);
    expect(turn).toMatchObject({ follows_attempt_id: two.id, starting_diff_blob: blob, number: 2 });
    const [event] = await cloud.events('task.continued');
    expect(event?.payload).toMatchObject({ turn: 2, followsAttemptId: two.id, attempts: 1, comments: 0 });
  });

  test('begins with the starting diff again where nothing was changed', async () => {
    const task = await create({ startingDiff: diff, mode: 'ask' });
    await runner.complete(first(task));
    await call('POST', `/tasks/${task.id}/turns`, { attemptId: first(task), prompt: 'And why?', mode: 'code' });
    const [one, two] = await turnsOf(task.id);
    expect(two?.starting_diff_blob).toBe(one?.starting_diff_blob);
    expect([one?.mode, two?.mode]).toEqual(['ask', 'code']);
  });

  test('waits for the end of what runs', async () => {
    const task = await create({ attempts: 2 });
    await runner.complete(first(task));
    const input = { attemptId: first(task), prompt: 'Go on' };
    expect(await call('POST', `/tasks/${task.id}/turns`, input)).toMatchObject({
      status: 409,
      body: { code: 'task-running' },
    });
  });

  test('needs something to go on from, and a saved session is that', async () => {
    const task = await create();
    await runner.fail(first(task));
    const input = { attemptId: first(task), prompt: 'Go on' };
    const refused = await call('POST', `/tasks/${task.id}/turns`, input);
    expect(refused).toMatchObject({ status: 400, body: { code: 'bad-input' } });
    expect(refused.body.data?.issues?.[0]?.message).toContain('Run it again');
    expect((await call('GET', `/tasks/${task.id}`)).body.followUpRefusedBecause).toContain('Run it again');
    await runner.update(first(task), { session_blob: 'cloud/x/session' });
    expect((await call('POST', `/tasks/${task.id}/turns`, input)).status).toBe(200);
  });

  test('happens once, though two come at the same moment', async () => {
    const task = await create();
    await runner.complete(first(task));
    const input = { attemptId: first(task), prompt: 'Go on' };
    const answers = await Promise.all([1, 2, 3].map(() => call('POST', `/tasks/${task.id}/turns`, input)));
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 409, 409]);
    expect(await turnsOf(task.id)).toHaveLength(2);
  });

  test('brings an archived task back', async () => {
    const task = await create();
    await runner.complete(first(task));
    await call('PUT', `/tasks/${task.id}/archived`, { isArchived: true });
    const { body } = await call('POST', `/tasks/${task.id}/turns`, { attemptId: first(task), prompt: 'Go on' });
    expect(body.isArchived).toBe(false);
  });

  test('needs its environment still', async () => {
    const task = await create();
    await runner.complete(first(task));
    await services.db.updateTable('cloud_environments').set({ deleted_at: new Date() }).execute();
    const input = { attemptId: first(task), prompt: 'Go on' };
    expect((await call('POST', `/tasks/${task.id}/turns`, input)).status).toBe(404);
    expect((await call('GET', `/tasks/${task.id}`)).body.followUpRefusedBecause).toContain('environment was deleted');
  });
});

describe('a comment on the diff', () => {
  const comment = async (task: Task, more: object = {}) => {
    const input = { attemptId: first(task), path: 'src/a.ts', side: 'new', line: 12, text: 'Say why.', ...more };
    return cloud.grace.call<DiffComment & { code?: string }>('POST', `/tasks/${task.id}/comments`, input);
  };

  test('is one too many after a thousand, until one is taken back', async () => {
    const task = await create();
    await runner.complete(first(task));
    const one = (await comment(task)).body;
    await sql`insert into cloud_comments (id, task_id, attempt_id, workspace_id, path, side, line, sealed_text, created_at)
      select 'com_' || n, task_id, attempt_id, workspace_id, path, side, line, sealed_text, created_at
      from cloud_comments, generate_series(2, ${mostComments}::integer) n`.execute(services.db);
    expect(await comment(task)).toMatchObject({ status: 409, body: { code: 'comment-limit', data: { mostComments } } });
    await call('DELETE', `/tasks/${task.id}/comments/${one.id}`);
    expect((await comment(task)).status).toBe(200);
    await services.db.deleteFrom('cloud_comments').execute();
  });

  test('goes along with the next turn, in words, once; the member sees what they wrote', async () => {
    const task = await create();
    await runner.writeDiff(first(task), diff);
    await runner.complete(first(task));
    const one = (await comment(task)).body;
    const two = (await comment(task, { side: 'old', line: 3, text: 'Keep this.\nIt is used.' })).body;
    const kept = (await comment(task, { text: 'For later' })).body;
    const rows = await services.db.selectFrom('cloud_comments').select('sealed_text').execute();
    expect(JSON.stringify(rows)).not.toContain('Say why');
    const input = { attemptId: first(task), prompt: 'Go on', commentIds: [one.id, two.id] };
    const { body } = await call('POST', `/tasks/${task.id}/turns`, input);
    expect(body.turns[1]).toMatchObject({ prompt: 'Go on', comments: 2 });
    expect(body.comments.map(({ id, sentWithTurn }) => [id, sentWithTurn])).toEqual([
      [one.id, 2],
      [two.id, 2],
      [kept.id, null],
    ]);
    const [, turn] = await turnsOf(task.id);
    expect(await services.secrets.open(turn?.sealed_prompt ?? '', contentContext.prompt(task.id, 2))).toBe(
      `Go on

Comments on the changes made so far, each about one line of a file:

1. src/a.ts, line 12:
   Say why.
2. src/a.ts, line 3 of the file before the changes:
   Keep this.
   It is used.`,
    );
    await runner.complete(first(body, 2));
    const again = { attemptId: first(body, 2), prompt: 'Again', commentIds: [one.id] };
    expect(await call('POST', `/tasks/${task.id}/turns`, again)).toMatchObject({ body: { code: 'conflict' } });
  });

  test('is taken back until it was sent', async () => {
    const task = await create();
    await runner.complete(first(task));
    const [one, two] = [(await comment(task)).body, (await comment(task)).body];
    expect((await call('DELETE', `/tasks/${task.id}/comments/${one.id}`, {})).status).toBe(200);
    expect((await call('DELETE', `/tasks/${task.id}/comments/${one.id}`, {})).status).toBe(404);
    await call('POST', `/tasks/${task.id}/turns`, { attemptId: first(task), prompt: 'Go on', commentIds: [two.id] });
    expect((await call('DELETE', `/tasks/${task.id}/comments/${two.id}`, {})).status).toBe(404);
  });

  test('is about an attempt of its own task', async () => {
    const [task, other] = [await create(), await create()];
    expect(await comment(task, { attemptId: first(other) })).toMatchObject({
      status: 404,
      body: { code: 'attempt-not-found' },
    });
    const foreign = (await comment(other)).body;
    await runner.complete(first(task));
    const input = { attemptId: first(task), prompt: 'Go on', commentIds: [foreign.id] };
    expect((await call('POST', `/tasks/${task.id}/turns`, input)).body.code).toBe('conflict');
  });
});

describe('to cancel', () => {
  test('ends what waits, and asks what runs', async () => {
    const task = await create({ attempts: 3 });
    const [one, two, three] = attempts(task).map(({ id }) => id);
    await runner.update(one ?? '', { state: 'working' });
    await runner.complete(two ?? '');
    const { body } = await call('POST', `/tasks/${task.id}/cancel`, {});
    expect(attempts(body).map(({ state, sentence }) => [state, sentence])).toEqual([
      ['working', 'It is being cancelled.'],
      ['completed', 'Codex changed files.'],
      ['cancelled', 'It was cancelled.'],
    ]);
    expect(attempts(body)[2]?.id).toBe(three);
    const [event] = await cloud.events('task.cancelled');
    expect(event?.payload).toMatchObject({ ended: 1, asked: 1 });
    expect(await cloud.events('task.ended')).toMatchObject([{ actor_id: cloud.graceId }]);
  });

  test('takes one of them where it is named', async () => {
    const task = await create({ attempts: 2 });
    const [one = { id: '' }] = attempts(task);
    const { body } = await call('POST', `/tasks/${task.id}/cancel`, { attemptId: one.id });
    expect(attempts(body).map(({ state }) => state)).toEqual(['cancelled', 'queued']);
  });

  test('works while Codex cloud is off, and changes nothing that has ended', async () => {
    const task = await create();
    await services.db.updateTable('workspaces').set({ codex_cloud_enabled: false }).execute();
    for (let time = 0; time < 2; time += 1)
      expect((await call('POST', `/tasks/${task.id}/cancel`, {})).body.state).toBe('cancelled');
    expect(await cloud.events('task.ended')).toHaveLength(1);
  });
});

describe('to retry', () => {
  test('runs what failed again in its place, and keeps what came before', async () => {
    const task = await create({ attempts: 3 });
    const [one = '', two = '', three = ''] = attempts(task).map(({ id }) => id);
    await runner.fail(one);
    await runner.complete(two);
    await call('POST', `/tasks/${task.id}/cancel`, { attemptId: three });
    await runner.writeLog(one, 1, ['npm ERR!']);
    const { body } = await call('POST', `/tasks/${task.id}/retry`, {});
    expect(attempts(body).map(({ placement, state }) => [placement, state])).toEqual([
      [0, 'queued'],
      [1, 'completed'],
      [2, 'queued'],
    ]);
    expect(attempts(body)[1]?.id).toBe(two);
    expect([one, three]).not.toContain(first(body));
    const log = await cloud.grace.call<{ items: { text: string }[] }>('GET', `/attempts/${one}/log`);
    expect(log.body.items.map(({ text }) => text)).toEqual(['npm ERR!']);
    const [event] = await cloud.events('task.retried');
    expect(event?.payload).toMatchObject({ turn: 1, placements: [0, 2] });
  });

  test('happens once, though two come at the same moment', async () => {
    const task = await create();
    await runner.fail(first(task));
    const answers = await Promise.all([1, 2].map(() => call('POST', `/tasks/${task.id}/retry`, {})));
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 400]);
    const rows = await services.db.selectFrom('cloud_attempts').select('state').orderBy('id').execute();
    expect(rows.map(({ state }) => state).sort()).toEqual(['failed', 'queued']);
  });

  test('is refused where nothing failed', async () => {
    const task = await create();
    await runner.complete(first(task));
    expect(await call('POST', `/tasks/${task.id}/retry`, {})).toMatchObject({ status: 400 });
  });
});
