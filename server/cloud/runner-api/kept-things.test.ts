import { randomBytes } from 'node:crypto';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import type { Job } from '#contract/runner-protocol.ts';
import { newId } from '#server/crypto/ids.ts';
import { seedEnvironment, seedRepository, seedTask, turnCloudOn } from '#testing/cloud-queue.ts';
import { type RunnerApi, type RunnerCaller, startRunnerApi } from '#testing/runner-client.ts';
import { openTestServices, seedMember, seedWorkspace, type TestServices } from '#testing/test-services.ts';
import { expireLeases } from '../attempts/expire-leases.ts';
import { readDiff } from '../tasks/read-attempt.ts';

let services: TestServices;
let api: RunnerApi;
let workspaceId: string;
let environmentId: string;
let task: { memberId: string; environmentId: string; repositoryId: string };
let runner: RunnerCaller;

const start = new Date('2026-11-20T10:00:00Z');

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
  const memberId = await seedMember(db, { workspaceId, email: 'grace@example.com', role: 'codex-user' });
  const repositoryId = await seedRepository({ db, workspaceId });
  environmentId = await seedEnvironment({ db, workspaceId }, { repositoryId });
  task = { memberId, environmentId, repositoryId };
  runner = await api.register(workspaceId);
});
afterEach(() => services.setNow(null));

async function takeJob(): Promise<Job> {
  const job = await runner.claim();
  if (!job) throw new Error('nothing was given out');
  return job;
}
const bytesOf = async (path: string): Promise<Buffer> => {
  const response = await fetch(`${api.url}${path}`, { headers: { authorization: `Bearer ${runner.secret}` } });
  expect(response.status).toBe(200);
  return Buffer.from(await response.arrayBuffer());
};

test('a turn that follows gets the agent’s home, the diff and the commit of the attempt before', async () => {
  const { db, secrets } = services;
  const [first = ''] = await seedTask(services, workspaceId, task);
  const job = await takeJob();
  expect(await runner.call('GET', `/attempts/${first}/session?epoch=1`)).toMatchObject({ status: 404 });
  const home = randomBytes(300_000);
  const diff = 'diff --git a/x b/x\n--- a/x\n+++ b/x\n@@ -1 +1 @@\n-old\n+new\n';
  const put = await fetch(`${api.url}/attempts/${first}/session?epoch=1`, {
    method: 'PUT',
    headers: { authorization: `Bearer ${runner.secret}` },
    body: home,
  });
  expect(put.status).toBe(200);
  await runner.call('PUT', `/attempts/${first}/diff?epoch=1&final=true`, diff);
  const said = { epoch: 1, detail: null, answer: null, usage: null };
  await runner.call('POST', `/attempts/${first}/finish`, { ...said, ending: 'changed', commits: { base: 'abc123' } });

  const sealed = await secrets.seal('Go on.', `cloud_turns/${job.taskId}/2/prompt`);
  const row = { task_id: job.taskId, workspace_id: workspaceId };
  await db
    .insertInto('cloud_turns')
    .values({
      ...row,
      number: 2,
      sealed_prompt: sealed,
      mode: 'code',
      follows_attempt_id: first,
      starting_diff_blob: null,
      created_at: start,
    })
    .execute();
  const second = newId('turn');
  await db
    .insertInto('cloud_attempts')
    .values({
      ...row,
      id: second,
      member_id: task.memberId,
      environment_id: environmentId,
      turn_number: 2,
      placement: 0,
      state: 'queued',
      needs: JSON.stringify({ labels: [], runtime: 'any', cpus: 1 }),
      queued_at: start,
    })
    .execute();
  const next = await takeJob();
  expect(next).toMatchObject({
    attemptId: second,
    turnNumber: 2,
    prompt: 'Go on.',
    before: { hasSession: true, hasDiff: true },
    repository: { commit: 'abc123' },
  });
  expect((await bytesOf(`/attempts/${second}/session?epoch=1`)).equals(home)).toBe(true);
  expect((await bytesOf(`/attempts/${second}/starting-diff?epoch=1`)).toString()).toBe(diff);
  expect(await runner.call('GET', `/attempts/${second}/session?epoch=2`)).toMatchObject({ code: 'lease-lost' });
});

test('an attempt that begins again has nothing of the lease before but its log', async () => {
  const { db, blobs } = services;
  const [attemptId = ''] = await seedTask(services, workspaceId, task);
  await takeJob();
  const diff = 'diff --git a/x b/x\n--- a/x\n+++ b/x\n@@ -1 +1 @@\n-old\n+new\n';
  await runner.call('PUT', `/attempts/${attemptId}/diff?epoch=1&final=false`, diff);
  await runner.call('PUT', `/attempts/${attemptId}/session?epoch=1`, 'the home of an agent');
  const at = start.toISOString();
  const facts = { baseCommit: 'abc123', isFromCache: true, firstModelCallAt: at };
  await runner.call('POST', `/attempts/${attemptId}/report`, { epoch: 1, entries: [], egress: [], ...facts });
  const row = () => db.selectFrom('cloud_attempts').selectAll().where('id', '=', attemptId).executeTakeFirstOrThrow();
  const { diff_blob: diffBlob, session_blob: sessionBlob } = await row();
  expect(await blobs.get(diffBlob ?? '')).not.toBeNull();
  services.setNow(new Date(start.getTime() + 31_000));
  expect(await expireLeases(services)).toBe(1);

  const nothing = {
    diff_blob: null,
    session_blob: null,
    is_diff_final: false,
    files_modified: null,
    lines_added: null,
    lines_removed: null,
    base_commit: null,
    is_from_cache: null,
    first_model_call_at: null,
  };
  expect(await row()).toMatchObject({ state: 'queued', ...nothing });
  for (const name of [diffBlob, sessionBlob]) expect(await blobs.get(name ?? '')).toBeNull();
  const owner = { workspaceId, memberId: task.memberId };
  const { task_id: id } = await row();
  expect(await readDiff(services, owner, { id, attemptId })).toMatchObject({ diff: '', isFinal: false });
  expect(await takeJob()).toMatchObject({ attemptId, epoch: 2 });
  expect(await runner.call('PUT', `/attempts/${attemptId}/diff?epoch=1&final=true`, diff)).toMatchObject({
    code: 'lease-lost',
  });
  // The second loss ends it, with what that lease left.
  await runner.call('POST', `/attempts/${attemptId}/report`, { epoch: 2, entries: [], egress: [] });
  await runner.call('PUT', `/attempts/${attemptId}/diff?epoch=2&final=false`, diff);
  services.setNow(new Date(start.getTime() + 90_000));
  await expireLeases(services);
  expect(await row()).toMatchObject({ ending: 'runner-lost', files_modified: 1 });
});

test('a try gets no token: nobody signs in', async () => {
  const { db } = services;
  await seedTask(services, workspaceId, task);
  await db.updateTable('cloud_attempts').set({ kind: 'try' }).execute();
  const job = await takeJob();
  expect(job).toMatchObject({ kind: 'try', agent: { token: '' } });
  expect(await db.selectFrom('access_tokens').select('id').execute()).toEqual([]);
});

test('what a runner has kept serves until its time is over or its environment changes; then it is told to drop it', async () => {
  const { db } = services;
  await seedTask(services, workspaceId, task);
  const { fingerprint = '' } = (await takeJob()).cache ?? {};
  const cache = { environmentId, builtAt: start.toISOString(), bytes: 5_000_000_000 };
  const beat = async (...fingerprints: string[]) => {
    const caches = fingerprints.map((each) => ({ ...cache, fingerprint: each }));
    const { body } = await runner.call('POST', '/heartbeat', { running: [], problem: null, caches });
    return (body as { dropCaches: string[] }).dropCaches;
  };
  const kept = () => db.selectFrom('cloud_caches').select(['fingerprint', 'bytes', 'expires_at']).execute();
  expect(await beat(fingerprint, 'another')).toEqual(['another']);
  const expiresAt = new Date('2026-11-20T22:00:00Z');
  expect(await kept()).toEqual([{ fingerprint, bytes: 5_000_000_000, expires_at: expiresAt }]);
  expect(await beat()).toEqual([]);
  expect(await kept()).toEqual([]);

  services.setNow(expiresAt);
  expect(await beat(fingerprint)).toEqual([fingerprint]);
  services.setNow(start);
  expect(await beat(fingerprint)).toEqual([]);
  await db.updateTable('cloud_environments').set({ cache_salt: 'another' }).execute();
  expect(await beat(fingerprint)).toEqual([fingerprint]);
  expect(await kept()).toEqual([]);
});
