import { sql } from 'kysely';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { PullRequest, Task } from '#contract/tasks.ts';
import { seedGitAccount, seedGithub, trustAuthority } from '#testing/git-repositories.ts';
import { openTasks, runnerStandIn, seedEnvironment } from '#testing/open-tasks.ts';
import { branchCommit, gitIn } from '#testing/servers/github/git-folder.ts';
import type { Simulator } from '#testing/servers/github/simulator.ts';
import { startGithub } from '#testing/servers/github/start-github.ts';
import type { Repository } from '#testing/servers/github/world.ts';
import { openTestServices, type TestServices } from '#testing/test-services.ts';
import { publishTask } from './publish-task.ts';
import { updatePushed } from './pull-request-queries.ts';
import { claimPublishing, freePublishing } from './queries.ts';
import { pullRequestConsumer } from './take-pull-request.ts';

let services: TestServices;
let github: Simulator;
let backend: Repository;
let cloud: Awaited<ReturnType<typeof openTasks>>;
let runner: ReturnType<typeof runnerStandIn>;
let environmentId: string;
let connectionId: string;
let base: string;

beforeAll(async () => {
  services = await openTestServices();
  github = await startGithub();
  trustAuthority(github.authorityPem);
  const grace = github.addUser('grace', { name: 'Grace' });
  const linus = github.addUser('linus');
  github.addUser('owner');
  github.addOrganization('example', { owners: ['owner'] });
  backend = await github.addRepository('example/backend', {
    files: { 'a.txt': 'old\n' },
    collaborators: { grace: 'write', linus: 'read' },
  });
  base = (await branchCommit(backend.folder, 'main')) ?? '';
  const permissions = { contents: 'write', pull_requests: 'write', workflows: 'write' } as const;
  const made = github.createApp({ owner: 'example', name: 'Reeve', permissions, events: ['pull_request'] });
  const installation = await github.install(made.app, 'example');
  cloud = await openTasks(services);
  const { workspaceId, ownerId, graceId, linusId } = cloud;
  const connected = await seedGithub(services, { workspaceId, createdBy: 'Ada' }, { github, made, installation });
  ({ connectionId } = connected);
  await seedGitAccount(services, { workspaceId, memberId: graceId, connectionId }, grace);
  await seedGitAccount(services, { workspaceId, memberId: linusId, connectionId }, linus);
  const repositoryIds = [connected.repositories.get('example/backend') ?? ''];
  environmentId = await seedEnvironment(services, { workspaceId, creatorId: ownerId, repositoryIds });
  runner = runnerStandIn(services, workspaceId);
});
beforeEach(() => services.setNow(null));
afterAll(async () => {
  await github.close();
  await services.close();
});

const diffTo = (word: string) => `diff --git a/a.txt b/a.txt\n--- a/a.txt\n+++ b/a.txt\n@@ -1 +1 @@\n-old\n+${word}\n`;

/** A task that has ended with this in `a.txt`. */
async function ended(word: string, who = cloud.grace) {
  const input = { environmentId, mode: 'code', prompt: `Make it “${word}”!` };
  const { body } = await who.call<Task>('POST', '/tasks', input);
  const attemptId = body.turns[0]?.attempts[0]?.id ?? '';
  await runner.writeDiff(attemptId, diffTo(word));
  await runner.update(attemptId, { base_commit: base });
  await runner.complete(attemptId, `It is ${word} now.`);
  return { id: body.id, attemptId };
}

type Published = PullRequest & { code?: string; message?: string };
const publish = ({ id, attemptId }: { id: string; attemptId: string }, more: object = {}, who = cloud.grace) =>
  who.call<Published>('POST', `/tasks/${id}/pull-requests`, { attemptId, ...more });
const get = async (id: string, who = cloud.grace) => (await who.call<Task>('GET', `/tasks/${id}`)).body;
const later = () => services.setNow(new Date(Date.now() + 90_000));

describe('to publish', () => {
  test('opens a pull request in the member’s name, with what the agent said, and not the prompt', async () => {
    const task = await ended('new');
    expect(await get(task.id)).toMatchObject({ mayPublish: true, mayNotPublishBecause: null, status: 'ready' });
    const { status, body } = await publish(task);
    expect(status).toBe(200);
    expect(body).toMatchObject({ state: 'open', attemptId: task.attemptId });
    expect(body.branch).toMatch(/^codex\/make-it-new-[0-9a-f]{8}$/);
    const pull = backend.pulls.get(body.number ?? 0);
    expect(pull).toMatchObject({ title: 'Make it “new”!', headSha: body.headSha });
    expect(pull?.body).toContain('It is new now.');
    expect(pull?.body).toContain(`${services.origin}/codex/tasks/${task.id}`);
    expect(await gitIn(backend.folder, ['show', `${body.headSha}:a.txt`])).toBe('new\n');
    expect((await gitIn(backend.folder, ['show', '-s', '--format=%B', body.headSha])).trim()).toBe(
      `Make it “new”!\n\nTask: ${services.origin}/codex/tasks/${task.id}`,
    );
    expect(await get(task.id)).toMatchObject({ status: 'applied', pullRequest: { number: body.number } });
    const [event] = await cloud.events('task.published');
    expect(event).toMatchObject({ subject_id: task.id, payload: { number: body.number, isNew: true } });
  });

  test('brings the open one up to date', async () => {
    const task = await ended('first');
    const one = (await publish(task, { title: 'Mine', body: 'Words', branch: 'grace/mine', isDraft: true })).body;
    expect(one.branch).toBe('grace/mine');
    expect(backend.pulls.get(one.number ?? 0)).toMatchObject({ title: 'Mine', body: 'Words', isDraft: true });
    const followUp = await cloud.grace.call<Task>('POST', `/tasks/${task.id}/turns`, {
      attemptId: task.attemptId,
      prompt: 'Again',
    });
    const attemptId = followUp.body.turns[1]?.attempts[0]?.id ?? '';
    await runner.writeDiff(attemptId, diffTo('second'));
    await runner.update(attemptId, { base_commit: base });
    await runner.complete(attemptId);
    const two = (await publish({ id: task.id, attemptId })).body;
    expect(two).toMatchObject({ id: one.id, number: one.number, branch: 'grace/mine', attemptId });
    expect(two.headSha).not.toBe(one.headSha);
    expect((await get(task.id)).pullRequests).toHaveLength(1);
  });

  test('leaves a closed one alone, and makes another', async () => {
    const task = await ended('closed');
    const one = (await publish(task)).body;
    await github.closePull('example/backend', one.number ?? 0, 'grace');
    later();
    expect((await get(task.id)).pullRequests).toMatchObject([{ state: 'closed' }]);
    expect((await get(task.id)).status).toBe('ready');
    const three = (await publish(task)).body;
    expect(three).toMatchObject({ state: 'open' });
    expect([one.branch, one.number]).not.toContain(three.branch);
    expect(three.branch).toMatch(/-2$/);
    expect(await get(task.id)).toMatchObject({
      pullRequest: { number: three.number },
      pullRequests: [{ state: 'closed' }, { state: 'open' }],
    });
  });

  test.each([
    ['Codex cloud is turned off', `update workspaces set codex_cloud_enabled = false`, 'cloud-off'],
    [
      'the member is suspended',
      `update members set status = 'suspended' where email = 'grace@example.com'`,
      'not-permitted',
    ],
    [
      'the permission is taken away',
      'delete from role_grants; update workspaces set default_role_id = null',
      'not-permitted',
    ],
    [
      'it took so long that another process publishes by now',
      `update cloud_tasks set publishing_until = now() + interval '1 hour' where publishing_until is not null`,
      'conflict',
    ],
  ])('pushes nothing when %s meanwhile', async (_what, change, code) => {
    const task = await ended(`never ${code}`);
    const branches = await gitIn(backend.folder, ['branch', '--list']);
    const pulls = backend.pulls.size;
    const { db } = services;
    const grants = await db.selectFrom('role_grants').selectAll().execute();
    // The last thing before the push is the token for it.
    await sql`create function end_access() returns trigger language plpgsql as ${sql.lit(`begin ${change}; return null; end`)}`.execute(
      db,
    );
    await sql`create trigger end_access after insert on git_token_uses for each row when (new.operation = 'push') execute function end_access()`.execute(
      db,
    );
    try {
      expect((await publish(task)).body).toMatchObject({ code });
    } finally {
      await sql`drop function end_access cascade`.execute(db);
      await db.updateTable('workspaces').set({ codex_cloud_enabled: true, default_role_id: 'codex-user' }).execute();
      await db.updateTable('members').set({ status: 'active' }).execute();
      await db.updateTable('cloud_tasks').set({ publishing_until: null }).execute();
      await db.deleteFrom('role_grants').execute();
      await db.insertInto('role_grants').values(grants).execute();
    }
    expect(await gitIn(backend.folder, ['branch', '--list'])).toBe(branches);
    expect(backend.pulls.size).toBe(pulls);
    expect((await publish(task)).status).toBe(200);
  });

  test('happens once, though two ask at the same moment', async () => {
    const task = await ended('once');
    const pulls = backend.pulls.size;
    const answers = await Promise.all([publish(task), publish(task)]);
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 409]);
    expect(backend.pulls.size).toBe(pulls + 1);
    // Whoever published has made room for the next.
    expect((await publish(task)).status).toBe(200);
    expect(backend.pulls.size).toBe(pulls + 1);
  });

  test.each([
    ['before anything is pushed', 'push'],
    ['after it was pushed', 'pull-request'],
  ])('of a task that is deleted %s', async (_when, operation) => {
    const task = await ended(`gone ${operation}`);
    const { db } = services;
    const branches = await gitIn(backend.folder, ['branch', '--list']);
    const pulls = backend.pulls.size;
    await sql`create function end_task() returns trigger language plpgsql as ${sql.lit(
      `begin delete from cloud_tasks where id = '${task.id}'; return null; end`,
    )}`.execute(db);
    await sql`create trigger end_task after insert on git_token_uses for each row
      when (new.operation = ${sql.lit(operation)}) execute function end_task()`.execute(db);
    try {
      const publishing = publishTask(services, cloud.grace.by, { ...task, isDraft: false });
      await expect(publishing).rejects.toMatchObject({ code: 'not-found' });
    } finally {
      await sql`drop function end_task cascade`.execute(db);
    }
    const told = (await cloud.events('task.published')).filter(({ subject_id }) => subject_id === task.id);
    if (operation === 'push') {
      expect([await gitIn(backend.folder, ['branch', '--list']), backend.pulls.size, told]).toEqual([
        branches,
        pulls,
        [],
      ]);
      return;
    }
    // What was pushed is told in the log, whatever became of the task.
    const pull = [...backend.pulls.values()].at(-1);
    expect(told).toMatchObject([{ payload: { number: pull?.number, headSha: pull?.headSha } }]);
  });

  test('of a slow one leaves the room of the next to the next', async () => {
    const { id } = await ended('slow');
    const { workspaceId } = cloud;
    const at = (seconds: number) => new Date(Date.parse('2026-11-20T10:00:00Z') + seconds * 1000);
    const claim = (now: number, until: number) =>
      claimPublishing(services.db, { workspaceId, id, now: at(now), until: at(until) });
    expect(await claim(0, 300)).toBe(true);
    expect(await claim(301, 601)).toBe(true);
    await freePublishing(services.db, { workspaceId, id, until: at(300) });
    expect(await claim(302, 602)).toBe(false);
    await freePublishing(services.db, { workspaceId, id, until: at(601) });
    expect(await claim(303, 603)).toBe(true);
  });

  test('needs the member’s own permission to write', async () => {
    const task = await ended('not yours', cloud.linus);
    expect(await get(task.id, cloud.linus)).toMatchObject({
      mayPublish: false,
      mayNotPublishBecause: expect.stringContaining('Your account linus may not write to example/backend'),
    });
    const { status, body } = await publish(task, {}, cloud.linus);
    expect([status, body.code]).toEqual([403, 'repository-refused']);
    expect(await cloud.events('task.publish-refused')).toMatchObject([
      { actor_id: cloud.linusId, payload: { code: 'repository-refused' } },
    ]);
  });

  test('obeys what protects a branch, and says what the server said', async () => {
    github.protect('example/backend', { pattern: 'release/*' });
    const task = await ended('release');
    const { status, body } = await publish(task, { branch: 'release/1' });
    expect({ status, body }).toMatchObject({ status: 409, body: { code: 'git-refused' } });
    expect(JSON.stringify(body)).toContain('GH006');
    expect((await cloud.events('task.publish-refused')).at(-1)?.payload).toMatchObject({ code: 'git-refused' });
    expect((await publish(task)).status).toBe(200);
  });

  test('needs changes, and the end of the attempt', async () => {
    const input = { environmentId, mode: 'code', prompt: 'Nothing' };
    const { body } = await cloud.grace.call<Task>('POST', '/tasks', input);
    const attemptId = body.turns[0]?.attempts[0]?.id ?? '';
    expect((await publish({ id: body.id, attemptId })).body.code).toBe('task-running');
    await runner.complete(attemptId);
    expect((await publish({ id: body.id, attemptId })).body.code).toBe('task-has-no-diff');
  });
});

describe('what became of a pull request', () => {
  test('is asked when a page is opened, once a minute at most, and merged is for good', async () => {
    const task = await ended('merged');
    const { number } = (await publish(task)).body;
    await github.mergePull('example/backend', number ?? 0, 'grace');
    const asks = () => github.requests.filter(({ path }) => path.endsWith(`/pulls/${number}`)).length;
    const before = asks();
    expect((await get(task.id)).pullRequest?.state).toBe('open');
    expect(asks()).toBe(before);
    later();
    const [one, two] = await Promise.all([get(task.id), get(task.id)]);
    expect([one.pullRequest?.state, two.pullRequest?.state]).toContain('merged');
    expect(asks()).toBe(before + 1);
    expect((await get(task.id)).status).toBe('applied');
    // A push that was under way when it was merged.
    const { id, headSha, url } = one.pullRequest ?? { id: '', headSha: '', url: '' };
    const pushed = { id, attempt_id: task.attemptId, number, url, head_sha: headSha, updated_at: services.clock() };
    await updatePushed(services.db, cloud.workspaceId, { ...pushed, state: 'open' });
    expect((await get(task.id)).pullRequest?.state).toBe('merged');
    await updatePushed(services.db, cloud.workspaceId, { ...pushed, number: (number ?? 0) + 1, state: 'open' });
    expect((await get(task.id)).pullRequest?.state).toBe('open');
  });

  test('is no obstacle where the git server does not answer', async () => {
    const task = await ended('silent');
    const { number } = (await publish(task)).body;
    later();
    github.answerNext(new RegExp(`/pulls/${number}$`), 500);
    expect((await get(task.id)).pullRequest?.state).toBe('open');
  });

  test('is asked when GitHub tells of it, for the connection and repository it is about', async () => {
    const task = await ended('told');
    const { number, headSha, branch } = (await publish(task)).body;
    await github.closePull('example/backend', number ?? 0, 'grace');
    const facts = { number: number ?? 0, state: 'open' as const, updatedAt: '', branch, headSha, base: 'main' };
    const delivery = {
      workspaceId: cloud.workspaceId,
      connectionId,
      event: 'pull_request',
      action: 'closed',
      repository: 'example/backend',
      at: new Date(),
      isCaughtUp: false,
      installationId: null,
      repositoryId: null,
      sender: null,
      pullRequest: facts,
    };
    const consumer = pullRequestConsumer(services);
    const state = async () =>
      (
        await services.db
          .selectFrom('cloud_pull_requests')
          .select('state')
          .where('task_id', '=', task.id)
          .executeTakeFirst()
      )?.state;
    for (const other of [{ connectionId: 'git_x' }, { repository: 'example/other' }, { workspaceId: 'ws_x' }]) {
      await consumer.take({ ...delivery, ...other });
      expect(await state()).toBe('open');
    }
    // Nothing is asked of a repository that is not chosen any more, and nothing failed.
    const choose = (is_allowed: boolean) => services.db.updateTable('git_repositories').set({ is_allowed }).execute();
    await choose(false);
    await consumer.take(delivery);
    expect(await state()).toBe('open');
    await choose(true);
    // What the delivery says is not believed: it says that it is open still.
    await consumer.take(delivery);
    expect(await state()).toBe('closed');
  });
});
