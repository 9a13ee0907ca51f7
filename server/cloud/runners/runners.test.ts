import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import type { z } from 'zod';
import type { Runner, runners } from '#contract/runners.ts';
import { runnerRoutes } from '#server/cloud/index.ts';
import { createHttpApp } from '#server/http/create-http-app.ts';
import { mountOwnApi } from '#server/http/own-api.ts';
import { seedTask, turnCloudOn } from '#testing/cloud-queue.ts';
import { type ApiClient, apiClient } from '#testing/own-api-client.ts';
import { dockerDriver } from '#testing/runner-client.ts';
import { signedInAs } from '#testing/signed-in-as.ts';
import { openTestServices, seedWorkspace, type TestServices } from '#testing/test-services.ts';
import { endAttempt } from '../attempts/end-attempt.ts';
import { giveOut } from '../attempts/give-out.ts';
import { readOwnAttempt } from '../tasks/attempt-queries.ts';
import { endUnfit, runnerJobs } from './jobs.ts';
import { registerRunner } from './register-runner.ts';

type Listed = z.output<NonNullable<(typeof runners.list)['~orpc']['outputSchema']>>;
type Made = z.output<NonNullable<(typeof runners.createToken)['~orpc']['outputSchema']>>;

let services: TestServices;
let owner: ApiClient;
let workspaceId: string;
let ownerId: string;

const start = new Date('2026-11-20T10:00:00Z');
const later = (seconds: number) => services.setNow(new Date(services.clock().getTime() + seconds * 1000));

beforeAll(async () => {
  services = await openTestServices();
});
afterAll(() => services.close());
beforeEach(async () => {
  services.setNow(start);
  await services.db.deleteFrom('workspaces').execute();
  ({ workspaceId, ownerId } = await seedWorkspace(services.db));
  await turnCloudOn({ db: services.db, workspaceId });
  const app = createHttpApp({ log: services.log, trustedProxies: [] });
  const member = signedInAs({ memberId: ownerId, workspaceId });
  mountOwnApi(app, {
    router: { runners: runnerRoutes(services) },
    origin: services.origin,
    readMember: async () => member,
  });
  owner = apiClient(app);
});
afterEach(() => services.setNow(null));

const list = async () => (await owner.call<Listed>('GET', '/runners')).body;
const newToken = async (input: object = {}) => (await owner.call<Made>('POST', '/runners/tokens', input)).body;
const register = async (labels: string[] = []) => {
  const { token } = await newToken({ labels: ['given'] });
  const facts = { name: 'berlin-1', version: '1', protocol: 1, drivers: [dockerDriver], labels, capacity: 4 };
  return registerRunner(services, { token, ...facts }, { ip: '192.0.2.7' });
};
const codeOf = (failing: Promise<unknown>) =>
  failing.then(
    () => null,
    (error: { code: string }) => error.code,
  );
const events = async () => {
  const rows = await services.db
    .selectFrom('audit_events')
    .select(['event', 'payload'])
    .where('workspace_id', '=', workspaceId)
    .orderBy('at')
    .orderBy('id')
    .execute();
  return rows;
};

test('a token registers one runner, within its time, and is told to nobody afterwards', async () => {
  const made = await newToken({ labels: ['given'], expiresInMinutes: 5 });
  expect(made.token).toMatch(/^rt-[0-9A-Za-z]{49}$/);
  expect(made.command).not.toContain(made.token);
  expect((await list()).tokens).toMatchObject([{ id: made.details.id, labels: ['given'], usedAt: null }]);
  const facts = { name: 'one', version: '1', protocol: 1, drivers: [dockerDriver], labels: ['own'], capacity: 4 };
  const use = (token: string) => registerRunner(services, { token, ...facts }, { ip: null });
  const answer = await use(made.token);
  expect(answer).toMatchObject({ heartbeatSeconds: 5, leaseSeconds: 25 });
  expect(answer.secret).toMatch(/^rr-[0-9A-Za-z]{49}$/);
  expect(await codeOf(use(made.token))).toBe('runner-token-invalid');
  const shown = await list();
  expect(shown.tokens).toEqual([]);
  expect(shown.items).toMatchObject([{ id: answer.runnerId, labels: ['given', 'own'], state: 'ready', running: 0 }]);

  const late = await newToken({ expiresInMinutes: 5 });
  later(301);
  expect(await codeOf(use(late.token))).toBe('runner-token-invalid');
  const revoked = await newToken();
  await owner.call('DELETE', `/runners/tokens/${revoked.details.id}`);
  expect(await codeOf(use(revoked.token))).toBe('runner-token-invalid');
  expect((await owner.call('DELETE', `/runners/tokens/${revoked.details.id}`)).status).toBe(404);
  const stored = JSON.stringify([await events(), await services.db.selectFrom('cloud_runners').selectAll().execute()]);
  for (const secret of [made.token, late.token, answer.secret]) expect(stored).not.toContain(secret);
});

test('a runner that drains gets nothing new; its labels are what the console says; one that says nothing is lost', async () => {
  const { runnerId } = await register();
  await seedTask(services, workspaceId, { memberId: ownerId, environmentId: null });
  const claim = { runnerId };
  const put = (path: string, input: object) => owner.call<Runner>('PUT', `/runners/${runnerId}/${path}`, input);
  expect((await put('draining', { isDraining: true })).body).toMatchObject({ state: 'draining' });
  expect((await giveOut(services, workspaceId, [claim])).size).toBe(0);
  await put('draining', { isDraining: false });
  expect((await put('labels', { labels: ['gpu', 'gpu'] })).body).toMatchObject({ labels: ['gpu'], running: 0 });
  expect((await giveOut(services, workspaceId, [claim])).size).toBe(1);
  expect((await list()).items).toMatchObject([{ running: 1, state: 'ready', address: '192.0.2.7' }]);
  later(26);
  expect((await list()).items).toMatchObject([{ state: 'lost' }]);
  await owner.call('DELETE', `/runners/${runnerId}`);
  expect((await list()).items).toEqual([]);
  expect((await put('labels', { labels: [] })).status).toBe(404);
  expect((await events()).map(({ event }) => event)).toEqual([
    'runner.token-created',
    'runner.registered',
    'runner.drained',
    'runner.drained',
    'runner.labelled',
    'runner.removed',
  ]);
});

test('the queue says what no runner fits; after a day of waiting that ends', async () => {
  await register(['eu']);
  const needs = { labels: ['gpu'], runtime: 'any', cpus: 1 } as const;
  const waits = { memberId: ownerId, environmentId: null, queuedAt: start };
  const [unfit = ''] = await seedTask(services, workspaceId, { ...waits, needs: { ...needs, labels: ['gpu'] } });
  const [fits = ''] = await seedTask(services, workspaceId, { ...waits, needs: { ...needs, labels: ['eu'] } });
  expect((await list()).queue).toEqual({ queued: 2, running: 0, oldestQueuedAt: start.toISOString(), unfit: 1 });
  later(23 * 3600);
  expect(await endUnfit(services)).toBe(0);
  later(2 * 3600);
  expect(await endUnfit(services)).toBe(1);
  const endings = await services.db.selectFrom('cloud_attempts').select(['id', 'ending']).execute();
  expect(new Map(endings.map(({ id, ending }) => [id, ending]))).toEqual(
    new Map([
      [unfit, 'no-runner'],
      [fits, null],
    ]),
  );
});

test('of a removed runner nothing is left but its name, and that at its attempts after a month', async () => {
  const rows = () => services.db.selectFrom('cloud_runners').selectAll().orderBy('registered_at').execute();
  const purge = async () =>
    (await runnerJobs(services)
      .find(({ name }) => name === 'purge-runners')
      ?.run()) ?? null;
  const { runnerId } = await register();
  const [attemptId = ''] = await seedTask(services, workspaceId, { memberId: ownerId, environmentId: null });
  await giveOut(services, workspaceId, [{ runnerId }]);
  const read = () => readOwnAttempt(services.db, { workspaceId, memberId: ownerId }, attemptId);
  await owner.call('DELETE', `/runners/${runnerId}`);
  expect(await rows()).toMatchObject([{ secret_hash: null, address: null, removed_at: start }]);
  later(31 * 24 * 3600);
  const { runnerId: kept } = await register();
  // What it holds is first put back, for the reason that it was removed.
  expect(await purge()).toMatchObject({ deleted: 0 });
  await services.db
    .transaction()
    .execute((tx) => endAttempt(tx, { workspaceId, attemptId, ending: 'runner-lost', at: services.clock() }));
  const { runnerId: embedded } = await register();
  await services.db
    .updateTable('cloud_runners')
    .set({ is_embedded: true, removed_at: start })
    .where('id', '=', embedded)
    .execute();
  await owner.call('DELETE', `/runners/${kept}`);
  expect(await read()).toMatchObject({ runnerName: 'berlin-1' });
  expect(await purge()).toMatchObject({ deleted: 1 });
  // The server's own asks whether it was removed before it comes again.
  expect((await rows()).map(({ id }) => id).sort()).toEqual([kept, embedded].sort());
  expect(await read()).toMatchObject({ runnerName: 'berlin-1' });
  const removed = await services.db
    .selectFrom('audit_events')
    .select(['subject_id', 'subject_label'])
    .where('event', '=', 'runner.removed')
    .execute();
  expect(removed).toContainEqual({ subject_id: runnerId, subject_label: 'berlin-1' });
});
