import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { seedEnvironment, seedRepository, seedTask, turnCloudOn } from '#testing/cloud-queue.ts';
import { type RunnerApi, type RunnerCaller, startRunnerApi } from '#testing/runner-client.ts';
import { openTestServices, seedMember, seedWorkspace, type TestServices } from '#testing/test-services.ts';
import { expireLeases } from '../attempts/expire-leases.ts';
import { giveOut, putBackUnused } from '../attempts/give-out.ts';

let services: TestServices;
let api: RunnerApi;
let workspaceId: string;
let runner: RunnerCaller;
let queue: () => Promise<string>;

const start = new Date('2026-11-20T10:00:00Z');
const later = (seconds: number) => services.setNow(new Date(services.clock().getTime() + seconds * 1000));
const row = (id: string) =>
  services.db.selectFrom('cloud_attempts').selectAll().where('id', '=', id).executeTakeFirstOrThrow();

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
  const environmentId = await seedEnvironment({ db, workspaceId }, { repositoryId });
  runner = await api.register(workspaceId);
  queue = async () => {
    const [id = ''] = await seedTask(services, workspaceId, { memberId, environmentId, repositoryId, queuedAt: start });
    return id;
  };
});
afterEach(() => services.setNow(null));

describe('a claim that comes again because its answer was lost', () => {
  test('gets the same lease, which begins anew, and nothing is lost', async () => {
    const [first, second] = [await queue(), await queue()];
    const lost = await runner.claim(0, 'claim-one');
    later(20);
    const again = await runner.claim(0, 'claim-one');
    expect(again).toMatchObject({ attemptId: lost?.attemptId, epoch: 1, driver: 'docker', runtime: 'runc' });
    later(20);
    expect(await expireLeases(services)).toBe(0);
    expect(await runner.claim(0, 'claim-two')).toMatchObject({ epoch: 1 });
    expect([(await row(first)).losses, (await row(second)).tries]).toEqual([0, 1]);
    await services.db.updateTable('cloud_runners').set({ labels: '["other"]', draining_at: start }).execute();
    expect(await runner.claim(0, 'claim-two')).toMatchObject({ epoch: 1 });
  });

  test('is not given the same for ever: an answer that its runner cannot use is no reason to hold an attempt', async () => {
    const attemptId = await queue();
    for (const _ of [1, 2, 3]) {
      expect(await runner.claim(0, 'claim-one')).toMatchObject({ attemptId, epoch: 1 });
      later(20);
    }
    expect(await runner.claim(0, 'claim-one')).toBeNull();
    later(10);
    expect(await expireLeases(services)).toBe(1);
    expect(await runner.claim(0, 'claim-two')).toMatchObject({ attemptId, epoch: 2 });
  });

  test('gets nothing of what runs, and nothing else either', async () => {
    const attemptId = await queue();
    await queue();
    const job = await runner.claim(0, 'claim-one');
    await runner.heartbeat([{ attemptId: job?.attemptId ?? '', epoch: 1 }]);
    expect(await runner.claim(0, 'claim-one')).toBeNull();
    expect(job?.attemptId).toBe(attemptId);
  });

  test('gets nothing of another runner', async () => {
    await queue();
    const other = await api.register(workspaceId);
    await runner.claim(0, 'claim-one');
    expect(await other.claim(0, 'claim-one')).toBeNull();
  });

  test('gets the next lease when the one before has ended', async () => {
    const attemptId = await queue();
    await runner.claim(0, 'claim-one');
    later(31);
    await expireLeases(services);
    expect(await runner.claim(0, 'claim-one')).toMatchObject({ attemptId, epoch: 2 });
    // No heartbeat ever named it, so nothing was lost with it.
    expect(await row(attemptId)).toMatchObject({ losses: 0 });
  });

  test('is one claim, however many of it are under way at once', async () => {
    await queue();
    await queue();
    const [one, other] = await Promise.all([runner.claim(20, 'claim-one'), runner.claim(20, 'claim-one')]);
    expect([one?.attemptId, one?.epoch]).toEqual([other?.attemptId, other?.epoch]);
    const leased = await services.db
      .selectFrom('cloud_attempts')
      .select('id')
      .where('lease_until', 'is not', null)
      .execute();
    expect(leased).toHaveLength(1);
  });

  test.each(['short', 'with\u0000nul-in-it', 'x'.repeat(101)])('has a name that is one: not %j', async (claimId) => {
    const body = { free: 1, caches: [], waitSeconds: 0, claimId };
    expect(await runner.call('POST', '/claim', body)).toMatchObject({ status: 400, code: 'bad-input' });
  });
});

test('what one answer took back is not taken from a runner that heard another', async () => {
  const attemptId = await queue();
  const [claim, again] = [1, 2].map(() => ({ runnerId: runner.id, claimId: 'claim-one' }));
  if (!claim || !again) return;
  const leased = (await giveOut(services, workspaceId, [claim])).get(claim);
  expect((await giveOut(services, workspaceId, [again])).get(again)).toEqual(leased);
  await runner.heartbeat([{ attemptId, epoch: 1 }]);
  await putBackUnused(services, workspaceId, { attemptId, epoch: 1 });
  expect(await row(attemptId)).toMatchObject({ state: 'preparing', epoch: 1 });
  expect((await runner.heartbeat([{ attemptId, epoch: 1 }])).leases).toMatchObject([{ order: 'go-on' }]);
});
