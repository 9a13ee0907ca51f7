import { afterAll, beforeAll, beforeEach, describe, expect, onTestFinished, test } from 'vitest';
import type { z } from 'zod';
import type { Environment, EnvironmentTry } from '#contract/environments.ts';
import type { EgressRule } from '#contract/internet-access.ts';
import { newId } from '#server/crypto/ids.ts';
import { seedTask } from '#testing/cloud-queue.ts';
import { type EnvironmentMember, type EnvironmentTests, openEnvironmentTests } from '#testing/environment-tests.ts';
import { seedRepository } from '#testing/seed-repository.ts';
import { attemptChanges } from '../attempts/changes.ts';
import { cacheFingerprint } from './cache-fingerprint.ts';
import { findEnvironment } from './environment-queries.ts';

type Try = z.infer<typeof EnvironmentTry> & { code?: string };

let tests: EnvironmentTests;
let grace: EnvironmentMember;
let environment: Environment;
beforeAll(async () => {
  tests = await openEnvironmentTests();
  grace = await tests.signIn('Grace', 'codex-user');
});
afterAll(() => tests.close());
beforeEach(async () => {
  const { db } = tests.services;
  for (const table of ['cloud_tasks', 'cloud_runners', 'cloud_environments'] as const)
    await db.deleteFrom(table).execute();
  environment = (await tests.make(tests.owner, { sharing: 'workspace', runnerLabels: ['eu'] })).body;
});

const tryIt = (by: EnvironmentMember) => by.call<Try>('POST', `/environments/${environment.id}/tries`, {});
const read = (by: EnvironmentMember, id: string) => by.call<Try>('GET', `/environments/${environment.id}/tries/${id}`);
const shown = async (by: EnvironmentMember) =>
  (await by.call<Environment>('GET', `/environments/${environment.id}`)).body;

async function addRunner({
  labels = ['eu'],
  name = 'runner-1',
  isDraining = false,
  seenAt = tests.services.clock(),
} = {}) {
  const id = newId('run');
  await tests.services.db
    .insertInto('cloud_runners')
    .values({
      id,
      workspace_id: tests.workspaceId,
      name,
      secret_hash: id,
      labels: JSON.stringify(labels),
      drivers: JSON.stringify([{ kind: 'docker', engine: 'Docker', runtimes: ['runc'], weaknesses: [] }]),
      version: '1',
      protocol: 1,
      capacity: 4,
      problem: null,
      address: null,
      registered_at: seenAt,
      seen_at: seenAt,
      draining_at: isDraining ? seenAt : null,
      removed_at: null,
    })
    .execute();
  return id;
}

describe('a try', () => {
  test('is a queued attempt of its own kind, with sealed texts, and is told to whoever gives attempts out', async () => {
    const queued: string[] = [];
    const onQueued = ({ workspaceId }: { workspaceId: string }) => queued.push(workspaceId);
    attemptChanges.on('queued', onQueued);
    const { status, body } = await tryIt(grace);
    attemptChanges.off('queued', onQueued);
    expect({ status, body }).toMatchObject({
      status: 200,
      body: { state: 'queued', startedAt: null, finishedAt: null },
    });
    expect(queued).toEqual([tests.workspaceId]);
    const { db, secrets } = tests.services;
    expect(await db.selectFrom('cloud_attempts').selectAll().executeTakeFirst()).toMatchObject({
      id: body.attemptId,
      task_id: body.id,
      member_id: grace.memberId,
      environment_id: environment.id,
      kind: 'try',
      state: 'queued',
      epoch: 0,
      needs: { labels: ['eu'], runtime: 'any', cpus: 2 },
    });
    const task = await db.selectFrom('cloud_tasks').selectAll().executeTakeFirstOrThrow();
    expect(task).toMatchObject({ source: 'try', repository: 'acme/shop', branch: 'main', last_turn: 1 });
    expect(await secrets.open(task.sealed_title, `cloud_tasks/${body.id}/title`)).toBe('Set-up of Shop');
    const turn = await db.selectFrom('cloud_turns').selectAll().executeTakeFirstOrThrow();
    expect(await secrets.open(turn.sealed_prompt, `cloud_turns/${body.id}/1/prompt`)).toBe('');
    expect((await tests.events(environment.id)).at(-1)).toMatchObject({
      event: 'environment.tried',
      payload: { taskId: body.id },
    });
    expect(await shown(grace)).toMatchObject({ taskCount: 0, lastTry: { id: body.id, state: 'queued' } });
    expect((await shown(tests.owner)).lastTry).toBeNull();
  });

  test('runs once, though two are asked for at the same moment', async () => {
    const answers = await Promise.all([1, 2, 3, 4].map(() => tryIt(grace)));
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 409, 409, 409]);
  });

  test('counts as what waits, of which nobody may have too much', async () => {
    const { services, workspaceId } = tests;
    const waits = { memberId: grace.memberId, environmentId: environment.id, attempts: 50 };
    await seedTask(services, workspaceId, waits);
    expect(await tryIt(grace)).toMatchObject({ status: 429, body: { code: 'task-limit' } });
    expect((await tryIt(tests.owner)).status).toBe(200);
  });

  test('runs once at a time for each member; another member has one of their own', async () => {
    const first = await tryIt(grace);
    expect(await tryIt(grace)).toMatchObject({ status: 409, body: { code: 'task-running' } });
    expect((await tryIt(tests.owner)).status).toBe(200);
    await tests.services.db.updateTable('cloud_attempts').set({ state: 'cancelled', ending: 'cancelled' }).execute();
    expect((await tryIt(grace)).status).toBe(200);
    expect((await read(grace, first.body.id)).body).toMatchObject({
      state: 'cancelled',
      sentence: 'It was cancelled.',
    });
    expect((await read(tests.owner, first.body.id)).status).toBe(404);
  });

  test.each([
    ['preparing', null, 'running', null],
    ['setting-up', null, 'running', null],
    ['completed', 'set-up', 'passed', 'Set-up ran through.'],
    ['failed', 'setup-failed', 'failed', 'The set-up script failed; its log says where. It ended with 7.'],
  ] as const)('whose attempt is %s (%s) is %s', async (state, ending, wanted, sentence) => {
    const { body } = await tryIt(grace);
    const detail = ending === 'setup-failed' ? 'It ended with 7.' : null;
    await tests.services.db.updateTable('cloud_attempts').set({ state, ending, detail }).execute();
    expect((await read(grace, body.id)).body).toMatchObject({ state: wanted, sentence });
  });

  test('that waits says whether a runner fits', async () => {
    const now = new Date();
    tests.services.setNow(now);
    onTestFinished(() => tests.services.setNow(null));
    const { body } = await tryIt(grace);
    const sentence = async () => (await read(grace, body.id)).body.sentence;
    const unfit = 'No runner fits this environment at this moment. It waits for one.';
    expect(await sentence()).toBe(unfit);
    await addRunner({ labels: ['us'] });
    await addRunner({ isDraining: true });
    await addRunner({ seenAt: new Date(now.getTime() - 60_000) });
    expect(await sentence()).toBe(unfit);
    await addRunner();
    expect(await sentence()).toBe('It waits for a runner that is free.');
    expect((await grace.call('GET', '/environment-options')).body).toMatchObject({
      runtimes: ['runc'],
      runnerLabels: ['eu', 'us'],
    });
  });

  test('that a limit holds up says so, also where environments are shown', async () => {
    const { body } = await tryIt(grace);
    const { db } = tests.services;
    await db.updateTable('cloud_attempts').set({ state: 'working', lease_until: new Date() }).execute();
    const other = (await tests.make(tests.owner, { sharing: 'workspace' })).body;
    await grace.call('POST', `/environments/${other.id}/tries`, {});
    const { cloud_tasks_per_member: usual } = await db
      .selectFrom('workspaces')
      .select('cloud_tasks_per_member')
      .executeTakeFirstOrThrow();
    const limit = async (most: number) => {
      await db.updateTable('workspaces').set({ cloud_tasks_per_member: most }).execute();
    };
    await limit(1);
    onTestFinished(() => limit(usual));
    const waits = 'It waits for room: 1 of yours run, as many as one member may at once.';
    const { body: list } = await grace.call<{ items: Environment[] }>('GET', '/environments');
    const told = new Map(list.items.map(({ id, lastTry }) => [id, lastTry?.sentence]));
    expect([told.get(environment.id), told.get(other.id)]).toEqual([null, waits]);
    expect((await read(grace, body.id)).body.state).toBe('running');
  });

  test('is cancelled by whoever began it: at once while it waits, asked to while it runs', async () => {
    const { body } = await tryIt(grace);
    const cancel = (by: EnvironmentMember, id: string) =>
      by.call<Try>('POST', `/environments/${environment.id}/tries/${id}/cancel`, {});
    expect((await cancel(tests.owner, body.id)).status).toBe(404);
    expect((await cancel(grace, body.id)).body).toMatchObject({ state: 'cancelled', sentence: 'It was cancelled.' });
    expect((await cancel(grace, body.id)).body.state).toBe('cancelled');
    const next = await tryIt(grace);
    await tests.services.db
      .updateTable('cloud_attempts')
      .set({ state: 'setting-up', epoch: 1 })
      .where('id', '=', next.body.attemptId)
      .execute();
    expect((await cancel(grace, next.body.id)).body.state).toBe('running');
    const told = (await tests.events(environment.id)).filter(({ event }) => event === 'environment.try-cancelled');
    expect(told.map(({ payload }) => (payload as { how: string }).how)).toEqual(['ended', 'had ended', 'asked']);
  });

  test('is not made of a repository that may not be used any more', async () => {
    await tests.services.db.updateTable('git_repositories').set({ is_allowed: false }).execute();
    expect(await tryIt(grace)).toMatchObject({ status: 403, body: { code: 'repository-not-allowed' } });
    await tests.services.db.updateTable('git_repositories').set({ is_allowed: true }).execute();
  });

  test('is not made for whoever has no account on the git server that may read the repository', async () => {
    const { workspaceId, services } = tests;
    const repositoryId = await seedRepository(services.db, {
      workspaceId,
      name: 'acme/hidden',
      installation: 'active',
    });
    const { body } = await tests.make(tests.owner, { repositoryIds: [repositoryId], sharing: 'workspace' });
    const answer = await grace.call('POST', `/environments/${body.id}/tries`, {});
    expect(answer).toMatchObject({ status: 409, body: { code: 'git-account-needed', data: { repositoryId } } });
  });

  test('goes with its environment, whether it waits or runs; tasks there end or are asked to', async () => {
    const { services, workspaceId } = tests;
    const { db } = services;
    const given = { memberId: grace.memberId, environmentId: environment.id };
    await tryIt(grace);
    const [runsId = ''] = await seedTask(services, workspaceId, given);
    await db.updateTable('cloud_attempts').set({ state: 'setting-up', epoch: 1 }).execute();
    await tryIt(tests.owner);
    const [waitsId = ''] = await seedTask(services, workspaceId, given);
    await tests.owner.call('DELETE', `/environments/${environment.id}`);
    const left = db.selectFrom('cloud_attempts').select(['id', 'state', 'cancel_asked_at']).orderBy('id');
    const cancel_asked_at = expect.any(Date);
    expect(await left.execute()).toEqual([
      { id: runsId, state: 'setting-up', cancel_asked_at },
      { id: waitsId, state: 'cancelled', cancel_asked_at },
    ]);
    expect((await tests.events(environment.id)).at(-1)).toMatchObject({
      event: 'environment.deleted',
      payload: { attempts: 4, tries: 2 },
    });
  });
});

describe('what is kept', () => {
  test('is shown while it serves: not expired, of the present set-up, on a runner that is there; a reset forgets all', async () => {
    const { db } = tests.services;
    const row = await findEnvironment(db, tests.workspaceId, environment.id);
    if (!row) throw new Error('it is not there');
    const facts = { repositoryId: tests.repositoryId, workspaceInternetAllowed: false };
    const now = Date.now();
    const keep = (runnerId: string, more: { fingerprint?: string; expiresInMs?: number } = {}) =>
      db
        .insertInto('cloud_caches')
        .values({
          runner_id: runnerId,
          fingerprint: more.fingerprint ?? cacheFingerprint(row, facts),
          environment_id: environment.id,
          workspace_id: tests.workspaceId,
          built_at: new Date(now - 60_000),
          expires_at: new Date(now + (more.expiresInMs ?? 3_600_000)),
          bytes: 5_000_000_000,
        })
        .execute();
    await keep(await addRunner({ name: 'old' }), { expiresInMs: -1000 });
    const other = await addRunner({ name: 'other' });
    await keep(other, { fingerprint: 'of-a-former-script' });
    expect((await shown(grace)).cache).toBeNull();
    await keep(await addRunner({ name: 'good' }));
    expect((await shown(grace)).cache).toMatchObject({ runnerName: 'good', bytes: 5_000_000_000 });
    const { body } = await tests.owner.call('POST', `/environments/${environment.id}/reset-cache`, {});
    expect(body).toEqual({ dropped: 3 });
    await keep(other);
    expect((await shown(grace)).cache).toBeNull();
    expect((await tests.events(environment.id)).at(-1)).toMatchObject({
      event: 'environment.cache-reset',
      payload: { dropped: 3 },
    });
  });
});

describe('needed domains', () => {
  async function refuse(attemptId: string, host: string, rule: EgressRule, more: { at?: Date; method?: string } = {}) {
    await tests.services.db
      .insertInto('cloud_egress')
      .values({
        id: newId('egr'),
        attempt_id: attemptId,
        workspace_id: tests.workspaceId,
        environment_id: environment.id,
        at: more.at ?? new Date(),
        phase: 'agent',
        method: more.method ?? 'GET',
        host,
        port: 443,
        path: null,
        is_allowed: rule === 'preset-common',
        rule,
        address: null,
        status: null,
        sent_bytes: 0,
        received_bytes: 0,
      })
      .execute();
  }

  test('are hosts that another setting would let through, the most wanted first; others see those of their own tasks', async () => {
    const mine = (await tryIt(grace)).body.attemptId;
    const theirs = (await tryIt(tests.owner)).body.attemptId;
    for (const method of ['GET', 'GET', 'POST']) await refuse(mine, 'pypi.org', 'domain-not-listed', { method });
    await refuse(theirs, 'example.org', 'method-not-allowed', { method: 'PUT' });
    await refuse(mine, 'pypi.org', 'internet-off', { at: new Date(Date.now() - 60_000) });
    await refuse(mine, 'old.example', 'domain-not-listed', { at: new Date(Date.now() - 15 * 86_400_000) });
    await refuse(mine, '169.254.169.254', 'private-address');
    await refuse(mine, 'npmjs.org', 'preset-common');
    const needed = async (by: EnvironmentMember) =>
      (await by.call<{ items: unknown[] }>('GET', `/environments/${environment.id}/needed-domains`)).body.items;
    const pypi = { host: 'pypi.org', methods: ['GET', 'POST'], count: 4, rule: 'domain-not-listed' };
    expect(await needed(tests.owner)).toMatchObject([
      pypi,
      { host: 'example.org', methods: ['PUT'], count: 1, rule: 'method-not-allowed' },
    ]);
    expect(await needed(grace)).toMatchObject([pypi]);
  });
});
