import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import type { Task } from '#contract/tasks.ts';
import { openTasks } from '#testing/open-tasks.ts';
import { openTestServices, type TestServices } from '#testing/test-services.ts';
import { keepRequests } from './keep-requests.ts';
import type { EgressRow } from './log-queries.ts';

const most = 3;
let services: TestServices;
let cloud: Awaited<ReturnType<typeof openTasks>>;
let attemptId: string;
let made = 0;

beforeAll(async () => {
  services = await openTestServices();
  cloud = await openTasks(services);
});
afterAll(() => services.close());
beforeEach(async () => {
  const task = { environmentId: cloud.environmentId, mode: 'code', prompt: 'Repair it' };
  const { body } = await cloud.grace.call<Task>('POST', '/tasks', task);
  attemptId = body.turns[0]?.attempts[0]?.id ?? '';
  await cloud.grace.call('POST', `/tasks/${body.id}/cancel`, {});
});

const requests = (count: number, isAllowed: boolean): EgressRow[] =>
  Array.from({ length: count }, () => {
    made += 1;
    return {
      ...{ id: `egr_${made}`, at: '2026-11-20T10:00:00.000Z', phase: 'agent', method: 'GET', host: `h${made}.test` },
      ...{ port: 443, path: '/', isAllowed, rule: isAllowed ? 'listed-domain' : 'domain-not-listed', address: null },
      ...{ status: null, sentBytes: 0, receivedBytes: 0 },
    } as EgressRow;
  });
const keep = (rows: readonly EgressRow[]) =>
  services.db
    .transaction()
    .execute((tx) => keepRequests(tx, cloud.workspaceId, { attemptId, environmentId: null, rows }, most));
const page = async () => {
  const { body } = await cloud.grace.call<{ items: { host: string }[]; allowed: number; refused: number }>(
    'GET',
    `/attempts/${attemptId}/egress`,
  );
  return body;
};

test('beyond what is kept of one attempt, requests are counted, and the page says so', async () => {
  const first = requests(2, true);
  await keep(first);
  expect(await page()).toMatchObject({ allowed: 2, refused: 0, leftOut: 0 });
  const next = requests(4, true);
  await keep(next);
  expect(await page()).toMatchObject({ allowed: 3, refused: 0, leftOut: 3 });
  const hosts = (await page()).items.map(({ host }) => host);
  expect(hosts.toSorted()).toEqual([...first, ...next.slice(0, 1)].map(({ host }) => host).toSorted());
});

test('what is let through crowds out nothing that is refused, nor the other way round', async () => {
  await keep(requests(5, false));
  await keep([...requests(2, true), ...requests(1, false)]);
  expect(await page()).toMatchObject({ allowed: 2, refused: 3, leftOut: 3 });
});

test('a report that comes again is neither kept nor counted twice', async () => {
  const report = requests(5, true);
  await keep(report);
  await keep(report);
  expect(await page()).toMatchObject({ allowed: 3, leftOut: 2 });
  const next = requests(2, true);
  await keep(next);
  await keep(next);
  expect(await page()).toMatchObject({ allowed: 3, leftOut: 4 });
});
