import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import type { InternetAccess } from '#contract/internet-access.ts';
import { noInternet } from '#contract/internet-access.ts';
import type { Job } from '#contract/runner-protocol.ts';
import { seedEnvironment, seedRepository, seedTask, turnCloudOn } from '#testing/cloud-queue.ts';
import { type RunnerApi, type RunnerCaller, startRunnerApi } from '#testing/runner-client.ts';
import { openTestServices, seedMember, seedWorkspace, type TestServices } from '#testing/test-services.ts';

let services: TestServices;
let api: RunnerApi;
let workspaceId: string;
let runner: RunnerCaller;
let job: Job;

const pypi: InternetAccess = { isOn: true, preset: 'none', domains: ['pypi.org'], methods: 'safe' };

const setAllowed = (agent_internet_allowed: boolean) =>
  services.db.updateTable('workspaces').set({ agent_internet_allowed }).execute();
async function changeEnvironment(change: object): Promise<void> {
  const { settings } = await services.db.selectFrom('cloud_environments').select('settings').executeTakeFirstOrThrow();
  const changed = JSON.stringify({ ...settings, ...change });
  await services.db.updateTable('cloud_environments').set({ settings: changed }).execute();
}
const hear = async () => (await runner.heartbeat([{ attemptId: job.attemptId, epoch: job.epoch }])).leases[0];

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
  await db.deleteFrom('workspaces').execute();
  ({ workspaceId } = await seedWorkspace(db));
  await turnCloudOn({ db, workspaceId });
  await setAllowed(true);
  const memberId = await seedMember(db, { workspaceId, email: 'grace@example.com', role: 'codex-user' });
  const repositoryId = await seedRepository({ db, workspaceId });
  const environmentId = await seedEnvironment({ db, workspaceId }, { repositoryId, internet: pypi });
  runner = await api.register(workspaceId);
  await seedTask(services, workspaceId, { memberId, environmentId, repositoryId });
  const claimed = await runner.claim();
  if (!claimed) throw new Error('nothing was given out');
  job = claimed;
});

test('a heartbeat hears what a container may reach, as its job said', async () => {
  expect(await hear()).toEqual({ attemptId: job.attemptId, epoch: 1, order: 'go-on', internet: job.internet });
  expect(job.internet.agent).toEqual(pypi);
});

test('the switch of the workspace, and a stricter environment, are heard at the next heartbeat', async () => {
  await setAllowed(false);
  expect((await hear())?.internet).toMatchObject({ agent: noInternet, agentOffBecause: 'workspace-off' });
  await setAllowed(true);
  await changeEnvironment({ internet: { ...pypi, domains: [] }, setupInternet: 'off' });
  expect((await hear())?.internet).toEqual({
    setup: noInternet,
    agent: { ...pypi, domains: [] },
    agentOffBecause: 'internet-off',
  });
});

test('a deleted environment leaves its last rules; the workspace still stands above them', async () => {
  await services.db.updateTable('cloud_environments').set({ deleted_at: services.clock() }).execute();
  expect((await hear())?.internet).toEqual(job.internet);
  await setAllowed(false);
  expect((await hear())?.internet).toMatchObject({ agent: noInternet });
});

test('whoever does not hold the lease hears nothing of it', async () => {
  const other = await api.register(workspaceId);
  const { leases } = await other.heartbeat([{ attemptId: job.attemptId, epoch: job.epoch }]);
  expect(leases).toEqual([{ attemptId: job.attemptId, epoch: 1, order: 'stop' }]);
});
