import { afterAll, beforeAll, expect, it } from 'vitest';
import type { ActivityEvent } from '#contract/activity-events.ts';
import type { ActivityItem } from '#contract/activity-list.ts';
import type { BuiltInRole } from '#contract/built-in-roles.ts';
import { record, systemActor } from '#server/audit/index.ts';
import { createHttpApp } from '#server/http/create-http-app.ts';
import { mountOwnApi } from '#server/http/own-api.ts';
import { deliverPolicy } from '#server/policies/policy-revision.ts';
import { apiClient } from '#testing/own-api-client.ts';
import { signedInAs } from '#testing/signed-in-as.ts';
import { openTestServices, seedMember, seedWorkspace, type TestServices } from '#testing/test-services.ts';
import { activityEventsRoutes, keepContent, recordActivity } from './index.ts';

let services: TestServices;
let workspaceId: string;
let ownerId: string;
let graceId: string;
const threadId = '01a21854-c556-7ee3-a209-6c39299e1ecd';
const start = new Date('2026-11-26T10:00:00Z').getTime();

const event = (minute: number, more: Partial<ActivityEvent> = {}): ActivityEvent => ({
  workspaceId,
  sameAs: [String(minute)],
  kind: 'tool.completed',
  source: 'otel',
  reportedAt: new Date(start + minute * 60_000),
  memberId: graceId,
  memberLabel: 'grace@example.com',
  surface: 'CODEX_CLI',
  client: 'codex_exec',
  clientVersion: '0.169.0',
  model: null,
  threadId,
  turnId: 'turn-1',
  callId: `call_${minute}`,
  tool: 'exec_command',
  decision: null,
  decidedBy: null,
  rule: null,
  outcome: 'completed',
  code: null,
  policyName: null,
  durationMs: 12,
  inputTokens: null,
  cachedInputTokens: null,
  outputTokens: null,
  reasoningTokens: null,
  costUsd: null,
  credits: null,
  detail: {},
  ...more,
});

beforeAll(async () => {
  services = await openTestServices();
  ({ workspaceId, ownerId } = await seedWorkspace(services.db));
  graceId = await seedMember(services.db, { workspaceId, email: 'grace@example.com' });
  const events = [
    event(0, { kind: 'thread.started', tool: null, callId: null, outcome: null }),
    event(1),
    event(2, { decision: 'forbidden', decidedBy: 'policy', rule: '1.2.3', outcome: 'refused' }),
    event(3, { kind: 'model.call', source: 'gateway', threadId: 'my thread', tool: null, inputTokens: 9 }),
    event(4, { memberId: ownerId, memberLabel: 'ada@example.com', surface: 'CODEX_IDE_VSCODE', threadId: null }),
  ];
  await services.db.updateTable('workspaces').set({ local_content_kept: true }).execute();
  await services.db.transaction().execute(async (tx) => {
    const at = new Date(start + 5 * 60_000);
    await recordActivity(tx, events, at);
    const content = { event: event(1), content: { arguments: '{"cmd":"ls"}', output: 'a file' } };
    await keepContent(services, tx, [content], { surfaces: 'local', at });
    await record(tx, systemActor('reeve test', workspaceId), 'group.deleted', {
      at: new Date(start + 2 * 60_000),
      subject: { kind: 'group', id: 'grp_1', label: 'Team' },
    });
  });
  services.setNow(new Date(start + 3 * 60_000 + 30_000));
  const fetched = { client: 'codex_exec', clientVersion: '0.169.0', form: 'bundle' } as const;
  await deliverPolicy(services, { workspaceId, memberId: graceId }, fetched);
});
afterAll(() => services.close());

function as(role: BuiltInRole = 'owner') {
  const app = createHttpApp({ log: services.log, trustedProxies: [] });
  const member = signedInAs({ memberId: ownerId, workspaceId }, { role });
  const router = { activity: activityEventsRoutes(services) };
  mountOwnApi(app, { router, origin: services.origin, readMember: async () => member });
  return apiClient(app);
}
interface Page {
  items: ActivityItem[];
  nextCursor: string | null;
  notShown: string[];
}
const list = async (query: Record<string, string> = {}, role?: BuiltInRole) => {
  const answer = await as(role).call<Page>('GET', `/activity/events?${new URLSearchParams(query)}`);
  expect(answer.status).toBe(200);
  return answer.body;
};
const minutes = (items: readonly ActivityItem[]) =>
  items.map(({ at, kind }) => [(new Date(at).getTime() - start) / 60_000, kind]);

const everything = [
  [4, 'tool.completed'],
  [3.5, 'policy.delivered'],
  [3, 'model.call'],
  [2, 'reeve.changed'],
  [2, 'tool.completed'],
  [1, 'tool.completed'],
  [0, 'thread.started'],
];

it('lists what clients did beside what Reeve did, newest first', async () => {
  const { items, nextCursor, notShown } = await list();
  expect(minutes(items)).toEqual(everything);
  expect([nextCursor, notShown]).toEqual([null, []]);
  expect(items[1]).toMatchObject({
    source: 'reeve',
    member: { id: graceId, label: 'grace@example.com' },
    client: 'codex_exec',
    policyName: null,
  });
  expect(items[3]).toMatchObject({
    sentence: 'A group was deleted.',
    member: { id: null, label: 'reeve test' },
    detail: { event: 'group.deleted', about: 'Team' },
  });
});

it('pages through all of it without gap or double', async () => {
  for (const limit of ['1', '2', '3']) {
    const found: ActivityItem[] = [];
    let cursor: string | null = null;
    do {
      const page: Page = await list({ limit, ...(cursor === null ? {} : { cursor }) });
      found.push(...page.items);
      cursor = page.nextCursor;
    } while (cursor !== null);
    expect(minutes(found)).toEqual(everything);
  }
});

it.each([
  [{ kind: 'model.call' }, [3]],
  [{ kind: 'policy.delivered' }, [3.5]],
  [{ source: 'reeve' }, [3.5, 2]],
  [{ source: 'gateway' }, [3]],
  [{ surface: 'CODEX_IDE_VSCODE' }, [4]],
  [{ tool: 'exec_command', decidedBy: 'policy' }, [2]],
  [{ decision: 'forbidden' }, [2]],
  [{ rule: '1.2.3' }, [2]],
  [{ threadId }, [2, 1, 0]],
  [{ threadId: 'my thread' }, [3]],
  [{ search: 'ADA@' }, [4]],
  [{ search: 'call_1' }, [1]],
  [{ search: 'gra%e' }, []],
  [{ from: '2026-11-26T10:02:00Z', to: '2026-11-26T10:03:00Z' }, [2, 2]],
])('filters by %o', async (query, expected) => {
  const { items } = await list(query as Record<string, string>);
  expect(minutes(items).map(([minute]) => minute)).toEqual(expected);
});

it('filters by member, whoever reports', async () => {
  const { items } = await list({ memberId: graceId });
  expect(minutes(items).map(([minute]) => minute)).toEqual([3.5, 3, 2, 1, 0]);
});

it('leaves out what the caller may not read, and says so', async () => {
  const { items, notShown } = await list({}, 'analytics-viewer');
  expect(notShown).toEqual(['reeve.changed', 'policy.delivered']);
  expect(items.map(({ source }) => source)).not.toContain('reeve');
});

it('shows a thread from its first event on', async () => {
  const { body } = await as().call<Page>('GET', `/activity/threads/${threadId}`);
  expect(minutes(body.items)).toEqual([
    [0, 'thread.started'],
    [1, 'tool.completed'],
    [2, 'tool.completed'],
  ]);
  const { body: first } = await as().call<Page>('GET', `/activity/threads/${threadId}?limit=2`);
  const { body: rest } = await as().call<Page>('GET', `/activity/threads/${threadId}?cursor=${first.nextCursor}`);
  expect(minutes([...first.items, ...rest.items])).toEqual(minutes(body.items));
  const { body: odd } = await as().call<Page>('GET', '/activity/threads/my%20thread');
  expect(minutes(odd.items)).toEqual([[3, 'model.call']]);
});

it('shows what was said only to whoever may read compliance logs', async () => {
  const [item] = (await list({ search: 'call_1' })).items;
  const read = (role: BuiltInRole) => as(role).call('GET', `/activity/events/${item?.id}`);
  expect(await read('compliance-officer')).toMatchObject({
    status: 200,
    body: { tool: 'exec_command', content: { arguments: '{"cmd":"ls"}', output: 'a file' }, whyNoContent: null },
  });
  expect(await read('analytics-viewer')).toMatchObject({ body: { content: null, whyNoContent: 'not-permitted' } });
  const [other] = (await list({ search: 'call_2' })).items;
  expect(await as().call('GET', `/activity/events/${other?.id}`)).toMatchObject({
    body: { content: null, whyNoContent: 'not-kept' },
  });
  expect(await as().call('GET', '/activity/events/none')).toMatchObject({ status: 404 });
});

it('is the workspace’s own', async () => {
  const other = await seedWorkspace(services.db, { name: 'Other' });
  const [item] = (await list({ search: 'call_1' })).items;
  const app = createHttpApp({ log: services.log, trustedProxies: [] });
  const member = signedInAs({ memberId: other.ownerId, workspaceId: other.workspaceId }, { role: 'owner' });
  const router = { activity: activityEventsRoutes(services) };
  mountOwnApi(app, { router, origin: services.origin, readMember: async () => member });
  const call = (path: string) => apiClient(app).call<Page>('GET', path);
  expect((await call('/activity/events')).body.items).toEqual([]);
  expect((await call(`/activity/threads/${threadId}`)).body.items).toEqual([]);
  expect((await call(`/activity/events/${item?.id}`)).status).toBe(404);
});
