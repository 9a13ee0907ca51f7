import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { permissionsOf } from '#contract/built-in-roles.ts';
import { recordActivity, sameAs } from '#server/activity/index.ts';
import { ReeveError } from '#server/fail.ts';
import { createHttpApp } from '#server/http/create-http-app.ts';
import { mountDialect } from '#server/http/wire-routes.ts';
import { codexEventsDialect } from '#server/telemetry/index.ts';
import { openTestServices, seedWorkspace, type TestServices } from '#testing/test-services.ts';
import { adoptFormerEvents } from './adopt-former-events.ts';

let services: TestServices;
let app: ReturnType<typeof createHttpApp>;
let workspaceId: string;
let ownerId: string;
beforeAll(async () => {
  services = await openTestServices();
  ({ workspaceId, ownerId } = await seedWorkspace(services.db));
  services.setNow(new Date('2026-11-26T14:49:00Z'));
  app = createHttpApp({ log: services.log, trustedProxies: [] });
  mountDialect(app, codexEventsDialect(services), async (request) => {
    if (request.headers.get('authorization') !== 'Bearer known') throw new ReeveError('token-invalid');
    return {
      workspaceId,
      memberId: ownerId,
      email: 'ada@example.com',
      name: 'Ada',
      permissions: permissionsOf('owner'),
      credential: 'codex-sign-in',
      scopes: [],
      credentialId: 'g',
    };
  });
});
afterAll(() => services.close());
beforeEach(async () => {
  for (const table of ['activity_events', 'activity_unknown'] as const) await services.db.deleteFrom(table).execute();
});

const send = (body: string, authorization = 'Bearer known') =>
  app.request('/backend-api/codex/analytics-events/events', {
    method: 'POST',
    body,
    headers: { authorization, 'content-type': 'application/json', 'user-agent': 'codex_exec/0.169.0' },
  });
const report = (...events: [type: string, params: Record<string, unknown>][]) =>
  send(JSON.stringify({ events: events.map(([event_type, event_params]) => ({ event_type, event_params })) }));
const kept = () => services.db.selectFrom('activity_events').selectAll().orderBy('kind').orderBy('seq').execute();
const unknown = () =>
  services.db.selectFrom('activity_unknown').select(['name', 'times', 'client_version']).orderBy('name').execute();

const threadId = '01a21854-c556-7ee3-a209-6c39299e1ecd';
const shared = {
  thread_id: threadId,
  session_id: threadId,
  turn_id: 'turn-1',
  app_server_client: { product_client_id: 'codex_vscode', client_name: 'codex_vscode', client_version: '26.1' },
  runtime: { codex_rs_version: '0.169.0', runtime_os: 'linux' },
};

it('makes typed events of what a client reports, and says nothing more than 202', async () => {
  const answer = await report(
    [
      'codex_thread_initialized',
      { ...shared, model: 'corp-model', initialization_mode: 'new', created_at: 1795704538 },
    ],
    [
      'codex_command_execution_event',
      {
        ...shared,
        item_id: 'call_1',
        tool_name: 'unified_exec',
        completed_at_ms: 1795704538834,
        duration_ms: 12,
        terminal_status: 'failed',
        failure_kind: 'tool_error',
        final_approval_outcome: 'user_approved_for_session',
        exit_code: 1,
        command_total_action_count: 2,
      },
    ],
    [
      'codex_turn_event',
      {
        ...shared,
        status: 'completed',
        completed_at: 1795704539,
        duration_ms: 574,
        input_tokens: 600,
        shell_command_count: 2,
      },
    ],
    ['codex_guardian_review', { ...shared, review_id: 'r1', decision: 'approved', duration_ms: 40 }],
    ['codex_compaction_event', { ...shared, trigger: 'auto', status: 'completed' }],
  );
  expect([answer.status, await answer.json()]).toEqual([202, {}]);
  const who = { source: 'client-events', surface: 'CODEX_IDE_VSCODE', client_version: '0.169.0', member_id: ownerId };
  expect(await kept()).toMatchObject([
    {
      ...who,
      kind: 'client.reported',
      outcome: 'completed',
      detail: { name: 'codex_compaction_event', trigger: 'auto' },
    },
    { ...who, kind: 'review.completed', decision: 'approved', decided_by: 'reviewer', duration_ms: 40 },
    { ...who, kind: 'thread.started', thread_id: threadId, model: 'corp-model', at: new Date(1795704538_000) },
    {
      ...who,
      kind: 'tool.completed',
      tool: 'exec_command',
      call_id: 'call_1',
      turn_id: 'turn-1',
      outcome: 'failed',
      code: 'tool_error',
      decision: 'user-approved-for-session',
      duration_ms: 12,
      at: new Date(1795704538_834),
      detail: { exitCode: 1, actions: 2 },
    },
    // Tokens are counted by the gateway alone.
    { ...who, kind: 'turn.completed', outcome: 'completed', input_tokens: null, detail: { commands: 2 } },
  ]);
  expect(await unknown()).toEqual([]);
});

it('is the same tool call as OpenTelemetry reports, and the same report when it is sent again', async () => {
  const params = {
    ...shared,
    item_id: 'call_7',
    tool_name: 'apply_patch',
    terminal_status: 'completed',
    file_add_count: 1,
  };
  for (let times = 0; times < 2; times += 1)
    await report(['codex_file_change_event', params], ['codex_hook_run', { ...shared, hook_name: 'lint' }]);
  const [hook, call, ...others] = await kept();
  expect([hook?.kind, call?.kind, others]).toEqual(['client.reported', 'tool.completed', []]);
  await services.db.transaction().execute((tx) =>
    recordActivity(
      tx,
      [
        {
          workspaceId,
          sameAs: sameAs.toolCall(threadId, 'call_7'),
          kind: 'tool.completed',
          source: 'otel',
          reportedAt: services.clock(),
          memberId: ownerId,
          memberLabel: null,
          surface: 'CODEX_CLI',
          client: null,
          clientVersion: null,
          model: null,
          threadId,
          turnId: null,
          callId: 'call_7',
          tool: 'apply_patch',
          decision: null,
          decidedBy: null,
          rule: null,
          outcome: 'completed',
          code: null,
          policyName: null,
          durationMs: 3,
          inputTokens: null,
          cachedInputTokens: null,
          outputTokens: null,
          reasoningTokens: null,
          costUsd: null,
          credits: null,
          detail: {},
        },
      ],
      services.clock(),
    ),
  );
  expect(await kept()).toHaveLength(2);
  expect((await kept())[1]).toMatchObject({ duration_ms: 3, detail: { added: 1 } });
});

it('keeps and counts what it does not know, by name and without what it says', async () => {
  await report(
    ['codex_of_tomorrow', { ...shared, text: 'a secret sentence', model_slug: 'secret' }],
    ['codex_of_tomorrow', { ...shared, other: 1 }],
    ['A sentence with a secret', {}],
    ['codex_hook_run', { hook_name: 'a secret sentence', thread_id: 'a secret thread' }],
  );
  await report(['codex_of_tomorrow', { ...shared, other: 1 }]);
  expect(await unknown()).toEqual([
    { name: 'codex_of_tomorrow', times: 2, client_version: '0.169.0' },
    { name: 'unreadable', times: 1, client_version: '0.169.0' },
  ]);
  const events = await kept();
  expect(events).toHaveLength(4);
  expect(JSON.stringify(events)).not.toContain('secret');
});

it('bounds what it takes, and says where it stops', async () => {
  const many = Array.from({ length: 1_001 }, () => ({ event_type: 'small' }));
  const answer = await send(JSON.stringify({ events: many }));
  expect([answer.status, await answer.text()]).toEqual([400, expect.stringContaining('at most 1000 events')]);
  expect((await send(JSON.stringify({ events: [], pad: 'x'.repeat(1_100_000) }))).status).toBe(413);
  expect(await kept()).toEqual([]);
});

it.each(['', '[]', '{', '{"events":{}}', '{"events":[1]}'])('refuses %s', async (body) => {
  expect((await send(body)).status).toBe(400);
});

it('takes any JSON there is for parameters', async () => {
  const odd = {
    thread_id: 7,
    turn_id: {},
    completed_at_ms: 1e300,
    duration_ms: -1,
    app_server_client: 'x',
    runtime: [],
  };
  expect((await report(['codex_turn_event', odd], ['codex_web_search_event', { item_id: '\u0000' }])).status).toBe(202);
  expect((await send('{"events":[{"event_type":7,"event_params":"x"}]}')).status).toBe(202);
  expect(await kept()).toHaveLength(3);
});

it('asks who reports', async () => {
  expect((await send('{"events":[]}', 'Bearer other')).status).toBe(401);
});

it('adopts what was kept raw by a former version, once', async () => {
  const event = { event_type: 'codex_hook_run', event_params: { ...shared, hook_name: 'lint', status: 'failed' } };
  const row = { workspace_id: workspaceId, member_id: ownerId, user_agent: 'codex_exec/0.163.0' };
  const former = ['2025-01-01T10:00:00Z', '2025-03-01T10:00:00Z'].map((at, index) => ({
    ...row,
    id: `evt_${index}`,
    received_at: new Date(at),
    event_type: event.event_type,
    event: JSON.stringify({ ...event, n: index }),
  }));
  await services.db.insertInto('client_events').values(former).execute();
  expect(await adoptFormerEvents(services)).toBe(2);
  expect(await adoptFormerEvents(services)).toBe(0);
  expect(await kept()).toMatchObject(
    former.map(({ received_at }) => ({ at: received_at, member_label: 'ada@example.com', outcome: 'failed' })),
  );
});
