import { expect, test } from 'vitest';
import { type ActivityKind, activityKindNames } from '#contract/activity-events.ts';
import { auditEventNames } from '#contract/audit-events.ts';
import type { ActivityRow } from './activity-record-queries.ts';
import { auditRecords } from './audit-records.ts';
import { codexRecord, kindsInCodexLog } from './codex-records.ts';
import { organizationIdOf, recordIdOf, uuidOf, workspaceIdIn } from './record-ids.ts';
import { LogRecord } from './wire.ts';

const workspaceId = 'ws_01a2049bc23274c2ba57aa65827fb0e8';
const at = new Date('2026-11-20T10:15:00.123Z');

type Entry = Parameters<typeof auditRecords>[1];
const entry = (event: string, more: Partial<Entry> = {}): Entry => ({
  seq: 1,
  id: 'aud_01a2049bc23274c2ba57aa65827fb0e9',
  at,
  event,
  actor_kind: 'member',
  actor_id: 'mem_ada',
  actor_label: 'Ada Lovelace <ada@example.com>',
  subject_kind: 'group',
  subject_id: 'grp_1',
  subject_label: 'Kernel',
  payload: {},
  ip: '192.0.2.1',
  ...more,
});
const parsed = (event: string, more: Partial<Entry> = {}) =>
  auditRecords(workspaceId, entry(event, more)).map((record) => LogRecord.parse(record));

const row = (kind: ActivityKind, more: Partial<ActivityRow> = {}): ActivityRow => ({
  workspace_id: workspaceId,
  id: `event-${kind}`,
  seq: 1,
  at,
  source: 'gateway',
  kind,
  member_id: 'mem_ada',
  member_label: 'ada@example.com',
  surface: 'CODEX_CLI',
  model: 'gpt-5.5',
  thread_id: 'thread-1',
  turn_id: 'turn-1',
  call_id: 'call-1',
  tool: 'exec_command',
  decision: null,
  decided_by: null,
  rule: null,
  outcome: 'completed',
  code: null,
  policy_name: null,
  environment_id: null,
  input_tokens: 10,
  cached_input_tokens: 4,
  output_tokens: 5,
  reasoning_tokens: 2,
  detail: { modelCall: 'call-9', type: 'function_call' },
  ...more,
});
const nothingSaid = { content: {}, answer: undefined };

test.each(auditEventNames)('%s is in the logs, in the form of the vendor', (event) => {
  const records = parsed(event);
  expect(records.length).toBeGreaterThan(0);
  expect(new Set(records.map(({ event_id }) => event_id)).size).toBe(records.length);
  // The same entry makes the same records again.
  expect(parsed(event)).toEqual(records);
});

test.each(activityKindNames)('%s is in CODEX_LOG in the form of the vendor, or is left out with a reason', (kind) => {
  const record = codexRecord(row(kind), nothingSaid);
  if (!kindsInCodexLog.includes(kind)) return expect(record).toBeNull();
  expect(LogRecord.parse(record)).toMatchObject({ type: 'CODEX_LOG', client_id: 'CODEX_CLI' });
});

test('an answer says what it used, and what it said only if that was kept', () => {
  const record = codexRecord(row('model.call', { call_id: 'call-9' }), { content: {}, answer: 'Done.' });
  expect(record).toMatchObject({
    timestamp: '2026-11-20T10:15:00.123Z',
    principal: { id: '01a2049b-c232-74c2-ba57-aa65827fb0e8', type: 'CHATGPT_WORKSPACE' },
    actor: { type: 'ACCOUNT_USER', user_id: 'mem_ada', user_email: 'ada@example.com' },
    event_type: 'PROMPT_RESPONSE_RECEIVED',
    event_details: {
      session_id: 'thread-1',
      turn_id: 'turn-1',
      call_id: 'call-9',
      response_text: 'Done.',
      status: 'completed',
      model: 'gpt-5.5',
      token_usage: { input_tokens: 10, output_tokens: 5, cached_input_tokens: 4, reasoning_output_tokens: 2 },
    },
  });
  expect(codexRecord(row('model.call'), nothingSaid)?.event_details).toMatchObject({ response_text: '' });
  const refused = row('model.call', { member_id: null, member_label: null, outcome: 'refused', code: 'local-off' });
  expect(codexRecord(refused, nothingSaid)).toMatchObject({
    actor: { type: 'SYSTEM', id: 'anonymous' },
    event_details: { status: 'refused: local-off' },
  });
});

test('a tool call is suggested, completed or failed, and who decided about it is told too', () => {
  const said = { content: { arguments: '{"cmd":"ls"}' }, answer: undefined };
  expect(codexRecord(row('tool.suggested'), said)?.event_details).toMatchObject({
    detail_type: 'TOOL_CALL_SUGGESTED',
    tool_name: 'exec_command',
    tool_type: 'function_call',
    tool_input: '{"cmd":"ls"}',
    tool_call_id: 'call-1',
  });
  const refused = row('tool.completed', { source: 'otel', outcome: 'refused' });
  expect(codexRecord(refused, said)?.event_type).toBe('TOOL_CALL_FAILED');
  const decided = row('tool.decided', {
    decision: 'forbidden',
    decided_by: 'policy',
    rule: '12.3.1',
    policy_name: 'Base',
  });
  expect(codexRecord(decided, nothingSaid)?.event_details).toMatchObject({
    detail_type: 'TOOL_CALL_DECIDED',
    decision: 'forbidden',
    decided_by: 'policy',
    rule: '12.3.1',
    policy: 'Base',
  });
  // The gateway has seen it already.
  expect(codexRecord(row('prompt.sent', { source: 'otel' }), nothingSaid)).toBeNull();
});

test('what happened in a hosted task says in which environment', () => {
  const hosted = { surface: 'CODEX_WEB', environment_id: 'env_1' } as const;
  for (const kind of ['prompt.sent', 'model.call', 'tool.suggested', 'tool.completed'] as const)
    expect(LogRecord.parse(codexRecord(row(kind, hosted), nothingSaid))).toMatchObject({
      client_id: 'CODEX_WEB',
      event_details: { environment_id: 'env_1' },
    });
});

test('what the vendor has an action for has its name and its data', () => {
  const actionOf = (event: string, more: Partial<Entry> = {}) =>
    parsed(event, more).map((record) =>
      record.type === 'AUDIT_LOG' ? [record.action, record.action_data] : record.type,
    );
  expect(
    actionOf('group.members-changed', { payload: { added: ['a@x.test', 'b@x.test'], removed: ['c@x.test'] } }),
  ).toEqual([
    ['GROUP_ADD_USERS', { group_id: 'grp_1', email_addresses: ['a@x.test', 'b@x.test'] }],
    ['GROUP_REMOVE_USER', { group_id: 'grp_1', removed_user_id: 'c@x.test' }],
  ]);
  const settings = { before: { codexLocalEnabled: true, name: 'A' }, after: { codexLocalEnabled: false, name: 'B' } };
  expect(actionOf('workspace.settings-updated', { payload: settings })).toEqual([
    ['WORKSPACE_TOGGLE_FEATURE', { feature: 'codexLocalEnabled', value: false }],
    ['WORKSPACE_UPDATE_SETTINGS', { subject: { kind: 'group', id: 'grp_1', label: 'Kernel' }, ...settings }],
    'CODEX_LOG',
  ]);
  const token = { subject_kind: 'access-token', subject_id: 'pat_1', subject_label: 'ci' };
  const [created, codex] = parsed('access-token.created', {
    ...token,
    payload: { after: { scopes: ['codex', 'a'], expiresAt: '2026-12-01T00:00:00.000Z' } },
  });
  expect(created).toMatchObject({
    action: 'PERSONAL_ACCESS_TOKEN_CREATE',
    action_privilege: 'STANDARD_USER',
    action_data: {
      credential_id: 'pat_1',
      credential_name: 'ci',
      owner_user_id: 'mem_ada',
      expires_at: 1_796_083_200,
      scopes: ['a', 'codex'],
    },
  });
  expect(codex).toMatchObject({ event_type: 'ACCESS_TOKEN_CREATED', event_details: { access_token_id: 'pat_1' } });
  const [revoked] = parsed('access-token.revoked', { ...token, payload: { owner: 'grace@example.com' } });
  expect(revoked).toMatchObject({ action: 'PERSONAL_ACCESS_TOKEN_REVOKE', action_privilege: 'ADMIN' });
  expect(actionOf('session.revoked', { subject_kind: 'member', subject_id: 'mem_ada', payload: {} })).toEqual([
    ['SESSION_LOGOUT_ALL', {}],
  ]);
});

test('environments are in CODEX_LOG too, without a script or a value; what members do for themselves is no administrator’s', () => {
  const subject = { subject_kind: 'environment', subject_id: 'env_1', subject_label: 'Shop' };
  const internet = { isOn: true, preset: 'common', domains: [], methods: 'safe' };
  const made = { label: 'Shop', variables: ['STAGE'], isCacheOn: true, model: 'gpt-5.5', internet, sharing: 'groups' };
  const repositories = ['https://github.com/acme/shop'];
  const after = { ...made, repositories, groupIds: ['grp_1'], setupScript: { lines: 2, sha256: 'aa' } };
  const [, created] = parsed('environment.created', { ...subject, payload: { after } });
  expect(created).toMatchObject({ type: 'CODEX_LOG', client_id: 'CODEX_WEB' });
  expect(created).toHaveProperty('event_details', {
    detail_type: 'ENVIRONMENT_CREATED',
    environment_id: 'env_1',
    environment_fields: {
      label: 'Shop',
      repos: repositories,
      env_var_keys: ['STAGE'],
      cache_settings: { enabled: true },
      agent_settings: { model: 'gpt-5.5' },
      permissions: { network_access: internet },
      share_settings: 'groups',
      share_group_ids: ['grp_1'],
    },
  });
  const shared = { ...subject, payload: { after: { sharing: 'workspace', groupIds: [] } } };
  expect(parsed('environment.updated', shared)[1]).toHaveProperty('event_details.environment_fields', {
    share_settings: 'workspace',
    share_group_ids: [],
  });
  expect(parsed('environment.deleted', subject)[1]).toMatchObject({ event_type: 'ENVIRONMENT_DELETED' });
  expect(parsed('task.created')[0]).toMatchObject({ action_privilege: 'STANDARD_USER' });
});

test('sign-ins and refusals are in AUTH_LOG, with who and from where', () => {
  expect(parsed('session.started', { payload: { because: 'password' } })[0]).toMatchObject({
    type: 'AUTH_LOG',
    event_id: '01a2049b-c232-74c2-ba57-aa65827fb0e9',
    request_metadata: { client_ip: '192.0.2.1' },
    action_data: { action: 'login_success', auth_provider_name: 'password' },
  });
  const anonymous = { actor_kind: 'anonymous', actor_id: null, actor_label: 'x@example.com' } as const;
  expect(parsed('session.refused', { ...anonymous, payload: { because: 'wrong-credentials' } })[0]).toMatchObject({
    actor: { type: 'SYSTEM', id: 'anonymous' },
    action_data: { action: 'password_login_invalid_password' },
  });
});

test('a change of a policy is told, under a name of our own', () => {
  expect(parsed('policy.published', { payload: { revision: 4, message: 'No rm' } })[0]).toMatchObject({
    type: 'AUDIT_LOG',
    action: 'POLICY_PUBLISH',
    action_result: 'SUCCESS',
    action_privilege: 'ADMIN',
    action_data: { revision: 4, message: 'No rm', subject: { id: 'grp_1' } },
  });
});

test('a call of the compliance API is an administrator’s, by a key that is named without its secret', () => {
  const key = { actor_kind: 'key', actor_id: 'key_01a2049bc23274c2ba57aa65827fb0aa', actor_label: 'SIEM' } as const;
  const payload = { action: 'LIST_WORKSPACE_LOG_FILES', result: 'BLOCKED', data: { limit: 5 } };
  expect(parsed('compliance.called', { ...key, payload })[0]).toMatchObject({
    actor: { type: 'API_KEY', redacted_id: 'rk-...b0aa' },
    action: 'LIST_WORKSPACE_LOG_FILES',
    action_result: 'BLOCKED',
    action_privilege: 'ADMIN',
    action_data: { limit: 5 },
  });
});

test('ids are UUIDs, the same every time, and workspaces are found by each way to write them', () => {
  const id = recordIdOf('activity', workspaceId, 'event-1');
  expect(id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
  expect(recordIdOf('activity', workspaceId, 'event-1')).toBe(id);
  expect(recordIdOf('activity', workspaceId, 'event-2')).not.toBe(id);
  for (const form of [
    workspaceId,
    uuidOf(workspaceId),
    uuidOf(workspaceId).toUpperCase(),
    organizationIdOf(workspaceId),
  ])
    expect(workspaceIdIn(form)).toBe(workspaceId);
  for (const form of ['', 'ws_1', 'org-', 'mem_01a2049bc23274c2ba57aa65827fb0e8', `${workspaceId}0`])
    expect(workspaceIdIn(form)).toBeNull();
});
