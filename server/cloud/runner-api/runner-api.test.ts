import { text } from 'node:stream/consumers';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { Job } from '#contract/runner-protocol.ts';
import { seedEnvironment, seedRepository, seedTask, turnCloudOn } from '#testing/cloud-queue.ts';
import { dockerDriver, type RunnerApi, type RunnerCaller, startRunnerApi } from '#testing/runner-client.ts';
import { openTestServices, seedMember, seedWorkspace, type TestServices } from '#testing/test-services.ts';
import { cancelAttempt } from '../attempts/end-attempt.ts';
import { expireLeases, expiringLeases } from '../attempts/expire-leases.ts';
import { removeRunner } from '../runners/change-runner.ts';
import { greetRunner } from '../runners/greet-runner.ts';
import { createRunnerToken } from '../runners/runner-tokens.ts';

let services: TestServices;
let api: RunnerApi;
let workspaceId: string;
let grace: string;
let repositoryId: string;
let environmentId: string;
let runner: RunnerCaller;

const start = new Date('2026-11-20T10:00:00Z');
const later = (seconds: number) => services.setNow(new Date(services.clock().getTime() + seconds * 1000));

beforeAll(async () => {
  services = await openTestServices();
  api = await startRunnerApi(services);
});
afterAll(async () => {
  await api.close();
  await services.close();
});
beforeEach(async () => {
  const { db } = services;
  services.setNow(start);
  await db.deleteFrom('workspaces').execute();
  ({ workspaceId } = await seedWorkspace(db));
  await turnCloudOn({ db, workspaceId });
  grace = await seedMember(db, { workspaceId, email: 'grace@example.com', role: 'codex-user' });
  repositoryId = await seedRepository({ db, workspaceId });
  environmentId = await seedEnvironment({ db, workspaceId }, { repositoryId });
  runner = await api.register(workspaceId);
});
afterEach(() => services.setNow(null));

const queue = async (more: object = {}): Promise<string> => {
  const [id = ''] = await seedTask(services, workspaceId, {
    memberId: grace,
    environmentId,
    repositoryId,
    queuedAt: start,
    ...more,
  });
  return id;
};
const claimed = async (by = runner): Promise<Job> => {
  const job = await by.claim();
  if (!job) throw new Error('nothing was given out');
  return job;
};
const row = (id: string) =>
  services.db.selectFrom('cloud_attempts').selectAll().where('id', '=', id).executeTakeFirstOrThrow();
const entry = (seq: number, text = `line ${seq}`) => ({
  seq,
  at: start.toISOString(),
  kind: 'output',
  phase: 'setup',
  text,
  item: null,
  exitCode: null,
});
const egress = {
  at: start.toISOString(),
  phase: 'setup',
  method: 'GET',
  host: 'pypi.org',
  port: 443,
  path: '/simple/',
  isAllowed: true,
  rule: 'setup-internet',
  address: '151.101.0.223',
  status: 200,
  sentBytes: 10,
  receivedBytes: 20,
};
const report = (job: Pick<Job, 'attemptId' | 'epoch'>, more: object = {}, by = runner) =>
  by.call('POST', `/attempts/${job.attemptId}/report`, { epoch: job.epoch, entries: [], egress: [], ...more });
const finish = (job: Pick<Job, 'attemptId' | 'epoch'>, ending = 'answered', by = runner) =>
  by.call('POST', `/attempts/${job.attemptId}/finish`, {
    epoch: job.epoch,
    ending,
    detail: null,
    answer: 'Done.',
    commits: null,
    usage: { cpuSeconds: 1, peakMemoryMb: 20, diskMb: 3 },
  });
const logOf = async (attemptId: string) => {
  const rows = await services.db
    .selectFrom('cloud_log')
    .selectAll()
    .where('attempt_id', '=', attemptId)
    .orderBy('seq')
    .execute();
  return Promise.all(rows.map((line) => services.secrets.open(line.sealed_text, `cloud_log/${attemptId}/${line.seq}`)));
};

const countEvents = async (event: string): Promise<number> =>
  (
    await services.db
      .selectFrom('audit_events')
      .select('id')
      .where('event', '=', event)
      .where('workspace_id', '=', workspaceId)
      .execute()
  ).length;

describe('a claim', () => {
  test('gives out an attempt with everything a runner needs, under a lease', async () => {
    const attemptId = await queue({ prompt: 'Fix the test.' });
    const job = await claimed();
    expect(job).toMatchObject({
      attemptId,
      epoch: 1,
      kind: 'task',
      prompt: 'Fix the test.',
      driver: 'docker',
      runtime: 'runc',
      setupScript: 'npm ci',
      repository: { name: 'acme/shop', folder: 'shop', branch: 'main', commit: null },
      before: { hasSession: false, hasDiff: false },
      agent: { clientVersion: '0.169.0', gatewayOrigin: services.origin },
    });
    expect(job.agent.token).toMatch(/^at-[0-9A-Za-z]{49}$/);
    expect(job.agent.configToml).toContain(`chatgpt_base_url = "${services.origin}/backend-api/"`);
    expect(await row(attemptId)).toMatchObject({ state: 'preparing', epoch: 1, tries: 1, runner_id: runner.id });
    expect(await runner.claim()).toBeNull();
  });

  test('waits, and is woken by what is queued', async () => {
    services.setNow(null);
    const waiting = runner.claim(20);
    const attemptId = await queue();
    expect(await waiting).toMatchObject({ attemptId });
  });

  test('of a runner that nobody knows, or that speaks another protocol, is refused', async () => {
    const stranger = { ...runner, secret: 'rr-nobody' };
    expect(await stranger.call('POST', '/claim', {})).toMatchObject({ status: 400, code: 'bad-input' });
    await services.db.updateTable('cloud_runners').set({ protocol: 99 }).execute();
    expect(await runner.call('POST', '/claim', { free: 1, caches: [], waitSeconds: 0 })).toMatchObject({
      status: 426,
      code: 'runner-protocol',
    });
    await services.db.updateTable('cloud_runners').set({ removed_at: start }).execute();
    expect(await runner.call('POST', '/claim', {})).toMatchObject({ status: 401, code: 'runner-unknown' });
  });

  test('whose environment is gone ends the attempt with the reason, and gets the next one', async () => {
    const first = await queue({ environmentId: null, queuedAt: new Date('2026-11-20T09:00:00Z') });
    const second = await queue();
    expect(await claimed()).toMatchObject({ attemptId: second });
    expect(await row(first)).toMatchObject({ state: 'failed', ending: 'image-unavailable', lease_until: null });
  });

  test('whose environment is not shared with its member any more ends the attempt', async () => {
    const attemptId = await queue();
    await services.db.updateTable('cloud_environments').set({ sharing: 'private' }).execute();
    expect(await runner.claim(0)).toBeNull();
    expect(await row(attemptId)).toMatchObject({ state: 'failed', ending: 'access-ended' });
    await services.db.updateTable('cloud_environments').set({ creator_id: grace }).execute();
    await queue();
    expect(await runner.claim(0)).not.toBeNull();
  });

  test('whose job cannot be put together is tried once more, then ends, and holds up nothing', async () => {
    const broken = await queue({ queuedAt: new Date('2026-11-20T09:00:00Z') });
    await services.db.updateTable('cloud_turns').set({ sealed_prompt: 'unreadable' }).execute();
    const attemptId = await queue();
    const ask = () => runner.call('POST', '/claim', { free: 1, caches: [], waitSeconds: 0 });
    expect((await ask()).status).toBe(500);
    expect(await row(broken)).toMatchObject({ state: 'queued', losses: 1 });
    const told = await services.db
      .selectFrom('audit_events')
      .select('subject_id')
      .where('event', '=', 'task.requeued')
      .execute();
    expect(told).toEqual([{ subject_id: broken }]);
    expect((await ask()).status).toBe(500);
    expect(await row(broken)).toMatchObject({ state: 'failed', ending: 'internal' });
    expect(services.errorLines.splice(0)).toHaveLength(2);
    expect(await claimed()).toMatchObject({ attemptId });
  });

  test('of a member without access ends the attempt and gets the next one', async () => {
    const ada = await seedMember(services.db, { workspaceId, email: 'linus@example.com' });
    await services.db.updateTable('members').set({ status: 'suspended' }).where('id', '=', ada).execute();
    const lost = await queue({ memberId: ada, queuedAt: new Date('2026-11-20T09:00:00Z') });
    const attemptId = await queue();
    expect(await claimed()).toMatchObject({ attemptId });
    expect(await row(lost)).toMatchObject({ state: 'failed', ending: 'access-ended' });
  });
});

describe('a lease', () => {
  test('goes on with heartbeats and ends without them; then the attempt is another runner’s', async () => {
    const attemptId = await queue();
    const job = await claimed();
    later(20);
    expect((await runner.heartbeat([job])).leases).toMatchObject([{ attemptId, epoch: 1, order: 'go-on' }]);
    await report(job, { state: 'setting-up', entries: [entry(1), entry(2)] });
    later(27);
    expect(await expireLeases(services)).toBe(0);
    later(2);
    expect(await expireLeases(services)).toBe(1);
    // That were 29 seconds, and so often somebody looks: within half a minute.
    expect(expiringLeases(services).everyMs).toBeLessThanOrEqual(1_000);
    expect(await row(attemptId)).toMatchObject({ state: 'queued', lease_until: null, runner_id: null, losses: 1 });
    const other = await api.register(workspaceId);
    const again = await claimed(other);
    expect(again).toMatchObject({ attemptId, epoch: 2 });
    for (const refused of [await report(job), await finish(job), await report({ attemptId, epoch: 2 })])
      expect(refused).toMatchObject({ status: 409, code: 'lease-lost' });
    expect((await runner.heartbeat([job])).leases).toMatchObject([{ attemptId, epoch: 1, order: 'stop' }]);
    await report(again, { entries: [entry(1, 'again')] }, other);
    expect(await logOf(attemptId)).toEqual([
      'line 1',
      'line 2',
      'Its runner was lost. The attempt waits for another one and begins again.',
      'again',
    ]);
  });

  test('lost a second time ends the attempt', async () => {
    const attemptId = await queue();
    for (const _ of [1, 2]) {
      const job = await claimed();
      later(1);
      await runner.heartbeat([job]);
      later(31);
      await expireLeases(services);
    }
    expect(await row(attemptId)).toMatchObject({ state: 'failed', ending: 'runner-lost', tries: 2, losses: 1 });
    expect(await runner.claim()).toBeNull();
  });

  test('of which no runner ever heard is no loss, unless that goes on', async () => {
    const attemptId = await queue();
    const lose = async () => {
      await claimed();
      later(31);
      await expireLeases(services);
      return row(attemptId);
    };
    for (const tries of [1, 2, 3, 4]) expect(await lose()).toMatchObject({ state: 'queued', tries, losses: 0 });
    expect((await logOf(attemptId))[0]).toMatch(/^No runner began with it\./);
    expect(await lose()).toMatchObject({ state: 'queued', tries: 5, losses: 1 });
    expect(await lose()).toMatchObject({ state: 'failed', ending: 'runner-lost', tries: 6 });
  });

  test('of a process that is gone is put back when the next one says hello, which also says what it has now', async () => {
    const { id: runnerId } = runner;
    const attemptId = await queue();
    const former = await claimed();
    later(1);
    await runner.heartbeat([former]);
    const other = await api.register(workspaceId);
    const drivers = [{ ...dockerDriver, runtimes: ['runc', 'runsc'] }];
    const hello = { version: '2', protocol: 1, drivers, capacity: 7 };
    expect(await other.call('POST', '/hello', hello)).toMatchObject({ status: 200 });
    expect(await row(attemptId)).toMatchObject({ state: 'preparing', losses: 0 });
    expect(await runner.call('POST', '/hello', hello)).toMatchObject({ status: 200, body: { leaseSeconds: 25 } });
    expect(await row(attemptId)).toMatchObject({ state: 'queued', losses: 1, lease_until: null });
    expect(await logOf(attemptId)).toEqual([
      'Its runner was started again. The attempt waits for another one and begins again.',
    ]);
    expect(await report(former)).toMatchObject({ status: 409, code: 'lease-lost' });
    const find = services.db.selectFrom('cloud_runners').selectAll().where('id', '=', runnerId);
    expect(await find.executeTakeFirstOrThrow()).toMatchObject({ version: '2', capacity: 7, drivers, labels: [] });
    // The same again changes nothing, and is no loss of what nobody has.
    expect(await runner.call('POST', '/hello', hello)).toMatchObject({ status: 200 });
    expect(await countEvents('runner.changed')).toBe(2);
    expect(await countEvents('task.requeued')).toBe(1);
    const again = await claimed();
    expect(again).toMatchObject({ attemptId, epoch: 2 });
    expect(await report(again, { state: 'setting-up' })).toMatchObject({ status: 200 });
    expect(await runner.call('POST', '/hello', hello)).toMatchObject({ status: 200 });
    expect(await row(attemptId)).toMatchObject({ ending: 'runner-lost' });
  });

  test('stays when a hello comes late that its process had given up on and repeated', async () => {
    const attemptId = await queue();
    const saidAt = services.clock();
    later(10);
    const hello = { version: '2', protocol: 1, drivers: [dockerDriver], capacity: 1 };
    expect(await runner.call('POST', '/hello', hello)).toMatchObject({ status: 200 });
    const job = await claimed();
    const late = { ...services, clock: () => saidAt };
    await greetRunner(late, { workspaceId, runnerId: runner.id }, { ...hello, ip: null });
    expect(await row(attemptId)).toMatchObject({ state: 'preparing', runner_id: runner.id });
    expect(await report(job, { state: 'setting-up' })).toMatchObject({ status: 200 });
  });

  test('a newer version of a runner says hello in its own protocol; one that is too new is refused', async () => {
    await services.db.updateTable('cloud_runners').set({ protocol: 99 }).execute();
    const hello = { version: '2', drivers: [dockerDriver], capacity: 1 };
    expect(await runner.call('POST', '/hello', { ...hello, protocol: 98 })).toMatchObject({ code: 'runner-protocol' });
    expect(await runner.call('POST', '/hello', { ...hello, protocol: 1 })).toMatchObject({ status: 200 });
    expect(await runner.claim()).toBeNull();
    const stranger = { ...hello, protocol: 1 };
    await services.db.updateTable('cloud_runners').set({ removed_at: start }).execute();
    expect(await runner.call('POST', '/hello', stranger)).toMatchObject({ status: 401, code: 'runner-unknown' });
  });

  test('of a runner that is removed puts its attempts back, which is no loss', async () => {
    const attemptId = await queue();
    await claimed();
    const actor = { kind: 'system', id: null, label: 'test', workspaceId, ip: null } as const;
    await removeRunner(services, actor, { workspaceId, id: runner.id });
    expect(await runner.call('POST', '/heartbeat', {})).toMatchObject({ status: 401, code: 'runner-unknown' });
    // It may run on until it hears of it, so nobody else begins before it must have stopped.
    expect(await row(attemptId)).toMatchObject({ state: 'preparing', epoch: 2 });
    later(31);
    await expireLeases(services);
    expect(await row(attemptId)).toMatchObject({ state: 'queued', losses: 0 });
    expect(await claimed(await api.register(workspaceId))).toMatchObject({ attemptId, epoch: 3 });
  });
});

describe('reports', () => {
  test('are kept once, in order, however often they come', async () => {
    const attemptId = await queue();
    const job = await claimed();
    const said = { state: 'setting-up', entries: [entry(1), entry(2)], egress: [egress, egress] };
    for (const _ of [1, 2, 3]) expect(await report(job, said)).toMatchObject({ status: 200 });
    await report(job, { state: 'working', entries: [entry(2, 'another'), entry(3)], isFromCache: true });
    await report(job, { state: 'preparing' });
    expect(await logOf(attemptId)).toEqual(['line 1', 'line 2', 'line 3']);
    expect(await row(attemptId)).toMatchObject({ state: 'working', is_from_cache: true });
    const rows = await services.db.selectFrom('cloud_egress').selectAll().execute();
    expect(rows).toHaveLength(2);
    expect(rows[0]).toMatchObject({ attempt_id: attemptId, environment_id: environmentId, rule: 'setup-internet' });
    expect(await report(job, { state: 'completed' })).toMatchObject({ status: 400, code: 'bad-input' });
  });

  test.each([
    ['an exit code that no program has', { entries: [{ ...entry(1), exitCode: 5_000_000_000 }] }],
    ['a number that no column takes', { egress: [{ ...egress, status: 5_000_000_000 }] }],
  ])('%s is refused for good, so that nobody sends it again and again', async (_what, said) => {
    await queue();
    const job = await claimed();
    expect(await report(job, { entries: [], egress: [], ...said })).toMatchObject({ status: 400, code: 'bad-input' });
  });

  test('a diff is kept and counted; the one before goes', async () => {
    const attemptId = await queue();
    const job = await claimed();
    const diff =
      'diff --git a/x b/x\n--- a/x\n+++ b/x\n@@ -1,2 +1,2 @@\n same\n--- old\n+++ new\ndiff --git a/y b/y\nold mode 1\n';
    const first = await runner.call('PUT', `/attempts/${attemptId}/diff?epoch=1&final=false`, 'diff --git a/z b/z\n');
    expect(first.body).toEqual({ stats: { filesModified: 1, linesAdded: 0, linesRemoved: 0 } });
    const before = (await row(attemptId)).diff_blob;
    const second = await runner.call('PUT', `/attempts/${attemptId}/diff?epoch=1&final=true`, diff);
    expect(second.body).toEqual({ stats: { filesModified: 2, linesAdded: 1, linesRemoved: 1 } });
    const { diff_blob, is_diff_final } = await row(attemptId);
    expect(is_diff_final).toBe(true);
    const blob = await services.blobs.get(diff_blob ?? '');
    expect(blob && (await text(blob.content))).toBe(diff);
    expect(await services.blobs.get(before ?? '')).toBeNull();
    expect(await runner.call('PUT', `/attempts/${attemptId}/diff?epoch=2`, diff)).toMatchObject({ code: 'lease-lost' });
    expect(job.epoch).toBe(1);
    // A look at it that was on its way longer than the end.
    await runner.call('PUT', `/attempts/${attemptId}/diff?epoch=1&final=false`, 'diff --git a/late b/late\n');
    expect(await row(attemptId)).toMatchObject({ diff_blob, is_diff_final: true, files_modified: 2 });
  });

  test('secrets are handed out once for each lease, and not after the agent has begun', async () => {
    const attemptId = await queue();
    const sealed = await services.secrets.seal('s3cret', `cloud_environment_secrets/${environmentId}/KEY`);
    const secret = { environment_id: environmentId, workspace_id: workspaceId, name: 'KEY', sealed };
    await services.db
      .insertInto('cloud_environment_secrets')
      .values({ ...secret, updated_at: start, updated_by: 'test' })
      .execute();
    const job = await claimed();
    const take = (epoch: number) => runner.call('GET', `/attempts/${attemptId}/secrets?epoch=${epoch}`);
    expect((await take(1)).body).toEqual({ secrets: [{ name: 'KEY', value: 's3cret' }] });
    expect(await take(1)).toMatchObject({ status: 409, code: 'secrets-taken' });
    later(31);
    await expireLeases(services);
    expect(await take(1)).toMatchObject({ code: 'lease-lost' });
    const again = await claimed();
    // The same runner: what it says under its former lease counts no more than another's word.
    for (const refused of [await finish(job), await report(job)]) expect(refused).toMatchObject({ code: 'lease-lost' });
    expect((await runner.heartbeat([job])).leases).toMatchObject([{ epoch: 1, order: 'stop' }]);
    await report(again, { state: 'working' });
    expect(await take(2)).toMatchObject({ code: 'secrets-taken' });
    expect(job.secretNames).toEqual(['KEY']);
  });
});

describe('the end', () => {
  test('is taken down whatever a script printed, and no call is too odd for an answer', async () => {
    const attemptId = await queue();
    const job = await claimed();
    const at = `/attempts/${attemptId}`;
    expect((await report(job, { baseCommit: 'a\0' })).status).toBe(200);
    expect((await runner.call('POST', '/heartbeat', { running: [], problem: 'a\0b', caches: [] })).status).toBe(200);
    expect(await runner.call('GET', '/attempts/a%00b/secrets?epoch=1')).toMatchObject({ code: 'lease-lost' });
    for (const epoch of [0, 2 ** 31, 1.5])
      expect(await runner.call('GET', `${at}/secrets?epoch=${epoch}`)).toMatchObject({ code: 'bad-input' });
    const said = { answer: null, commits: null, usage: null };
    const end = { epoch: job.epoch, ending: 'setup-failed', detail: 'It said\0 no.', ...said };
    expect((await runner.call('POST', `${at}/finish`, end)).status).toBe(200);
    expect(await row(attemptId)).toMatchObject({ state: 'failed', detail: 'It said no.' });
  });

  test('is told once; the same again is answered alike, another is refused', async () => {
    const attemptId = await queue();
    const job = await claimed();
    for (const _ of [1, 2]) expect(await finish(job)).toMatchObject({ status: 200 });
    expect(await finish(job, 'changed')).toMatchObject({ status: 409, code: 'lease-lost' });
    const ended = await row(attemptId);
    expect(ended).toMatchObject({ state: 'completed', ending: 'answered', usage: { cpuSeconds: 1 } });
    expect(await services.secrets.open(ended.sealed_answer ?? '', `cloud_attempts/${attemptId}/answer`)).toBe('Done.');
    expect(await countEvents('task.ended')).toBe(1);
    expect(await report(job)).toMatchObject({ code: 'lease-lost' });
  });

  test('comes with the next heartbeat for whoever may not use Codex cloud any more', async () => {
    const attemptId = await queue();
    const job = await claimed();
    await turnCloudOn({ db: services.db, workspaceId }, { isOn: false });
    expect((await runner.heartbeat([job])).leases).toMatchObject([{ attemptId, epoch: 1, order: 'stop' }]);
    expect(await row(attemptId)).toMatchObject({ state: 'failed', ending: 'access-ended' });
  });

  test('is asked for by cancelling; a runner that does not obey is told to stop', async () => {
    const [running, waiting] = [await queue(), await queue({ queuedAt: new Date('2026-11-20T11:00:00Z') })];
    const job = await claimed();
    const cancel = (attemptId: string) =>
      services.db.transaction().execute((tx) => cancelAttempt(tx, workspaceId, { attemptId, at: services.clock() }));
    expect([await cancel(running), await cancel(waiting), await cancel(waiting)]).toEqual(['asked', 'ended', null]);
    expect((await runner.heartbeat([job])).leases).toMatchObject([{ attemptId: running, epoch: 1, order: 'cancel' }]);
    later(61);
    expect((await runner.heartbeat([job])).leases).toMatchObject([{ attemptId: running, epoch: 1, order: 'stop' }]);
    expect(await row(running)).toMatchObject({ state: 'cancelled', ending: 'cancelled' });
    expect(await row(waiting)).toMatchObject({ state: 'cancelled', ending: 'cancelled' });
  });
});

test.each([
  ['a NUL in its name', { name: 'ber\u0000lin' }, 'name'],
  ['half a character in its name', { name: 'berlin \ud800' }, 'name'],
  ['a NUL in a label', { labels: ['gpu', 'e\u0000u'] }, 'labels'],
  ['a NUL in what its engine is called', { drivers: [{ ...dockerDriver, engine: '\u0000' }] }, 'drivers'],
])('a runner with %s is told so, and its token is good still', async (_what, wrong, field) => {
  const actor = { kind: 'system', id: null, label: 'test', workspaceId, ip: null } as const;
  const wanted = { workspaceId, labels: [], expiresInMinutes: 60, createdBy: 'test', at: services.clock() };
  const { token } = await services.db.transaction().execute((tx) => createRunnerToken(tx, actor, wanted));
  const facts = { name: 'berlin', version: '1', protocol: 1, drivers: [dockerDriver], labels: [], capacity: 4 };
  const register = async (more: object) => {
    const response = await fetch(`${api.url}/register`, {
      method: 'POST',
      body: JSON.stringify({ token, ...facts, ...more }),
    });
    return { status: response.status, text: await response.text() };
  };
  const refused = await register(wrong);
  expect(refused).toMatchObject({ status: 400 });
  expect(refused.text).toContain('Has a control character, or is no text.');
  expect(refused.text).toContain(field);
  expect((await register({})).status).toBe(200);
});

test('a heartbeat names as many attempts as a runner has room for, and not more', async () => {
  const running = Array.from({ length: 1001 }, (_, at) => ({ attemptId: `turn_${at}`, epoch: 1 }));
  const body = (count: number) => ({ running: running.slice(0, count), problem: null, caches: [] });
  expect(await runner.call('POST', '/heartbeat', body(1000))).toMatchObject({ status: 200 });
  expect(await runner.call('POST', '/heartbeat', body(1001))).toMatchObject({ status: 400, code: 'bad-input' });
});
