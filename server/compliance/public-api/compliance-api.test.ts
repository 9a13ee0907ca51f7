import { createHash } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { KeyScope } from '#contract/key-scopes.ts';
import { workspaceUuid } from '#contract/workspace-uuid.ts';
import { type Actor, record } from '#server/audit/index.ts';
import { complianceApiDialect } from '#server/compliance/index.ts';
import { createHttpApp } from '#server/http/create-http-app.ts';
import { mountDialect } from '#server/http/wire-routes.ts';
import { openKeyReader } from '#server/keys/index.ts';
import { recordSamples, sampleEvent, sampleThread } from '#testing/activity-sample.ts';
import { seedKey } from '#testing/seed-key.ts';
import { openTestServices, seedMember, seedWorkspace, type TestServices } from '#testing/test-services.ts';
import { openVendorSchemas } from '#testing/vendor-schemas/validate.ts';
import { sealCosts } from '../log-files/seal-costs.ts';
import { sealLogs } from '../log-files/seal-logs.ts';
import { readAuditRecords } from '../records/audit-records.ts';
import type { LogFileList, UserList } from './wire.ts';

const vendor = openVendorSchemas('compliance');
let services: TestServices;
let workspaceId: string;
let ada: Actor;
let app: ReturnType<typeof createHttpApp>;

beforeAll(async () => {
  services = await openTestServices();
  const seeded = await seedWorkspace(services.db);
  workspaceId = seeded.workspaceId;
  ada = { kind: 'member', id: seeded.ownerId, label: 'Ada <ada@example.com>', workspaceId, ip: '192.0.2.1' };
  app = createHttpApp({ log: services.log, trustedProxies: [] });
  const noClients = () => Promise.reject(new Error('asks for no client'));
  mountDialect(app, complianceApiDialect(services), noClients, openKeyReader(services));
  for (let index = 0; index < 3; index++) {
    services.setNow(new Date(Date.parse('2026-11-20T10:10:00Z') + index * 600_000));
    const call = { kind: 'model.call', sameAs: [`mcl_${index}`], callId: `mcl_${index}`, inputTokens: 5 } as const;
    const tool = { kind: 'tool.completed', sameAs: [sampleThread, `c-${index}`], outcome: 'completed' } as const;
    await recordSamples(services, [sampleEvent(workspaceId, call), sampleEvent(workspaceId, tool)]);
    await record(services.db, ada, 'policy.published', { at: services.clock(), revision: index });
    await sealLogs(services, workspaceId);
  }
  services.setNow(new Date('2026-11-20T11:10:00Z'));
  await sealCosts(services, workspaceId);
  services.setNow(null);
});
afterAll(() => services.close());

const broad: KeyScope = 'chatgpt.enterprise.compliance_logs_platform.read';
const secrets = new Map<string, string>();
async function secretWith(scopes: readonly KeyScope[]): Promise<string> {
  const name = scopes.join(' ');
  const known = secrets.get(name) ?? (await seedKey(services, { workspaceId, scopes, name: 'SIEM' })).secret;
  secrets.set(name, known);
  return known;
}

interface Ask {
  scopes?: readonly KeyScope[];
  method?: string;
  id?: string;
  of?: 'workspaces' | 'organizations';
}
async function ask(path: string, { scopes = [broad], method = 'GET', id, of = 'workspaces' }: Ask = {}) {
  const own = of === 'workspaces' ? workspaceUuid(workspaceId) : `org-${workspaceId.slice(3)}`;
  const headers = { authorization: `Bearer ${await secretWith(scopes)}` };
  const response = await app.request(`/v1/compliance/${of}/${id ?? own}/${path}`, { method, headers });
  const text = await response.text();
  return { status: response.status, headers: response.headers, body: text === '' ? null : JSON.parse(text) };
}
async function list(query: string, more: Ask = {}): Promise<LogFileList> {
  const { status, body } = await ask(`logs?${query}`, more);
  expect(status, JSON.stringify(body)).toBe(200);
  expect(vendor('ComplianceLogFileList', body)).toBeNull();
  return body;
}
const always = 'after=2026-01-01T00:00:00Z';

test('files are listed in the order of their end, page by page, in the form of the vendor', async () => {
  const all = await list(`event_type=CODEX_LOG&event_type=AUDIT_LOG&${always}`);
  expect(all.data).toHaveLength(6);
  expect(all.has_more).toBe(false);
  expect(all.data.map(({ end_time }) => end_time)).toEqual(all.data.map(({ end_time }) => end_time).sort());
  const paged: string[] = [];
  let after = '2026-01-01T00:00:00+00:00';
  for (let hasMore = true; hasMore; ) {
    // Once as a client sends it that forgets to encode the plus sign.
    const page = await list(`event_type=CODEX_LOG,AUDIT_LOG&after=${after}&limit=2`);
    paged.push(...page.data.map(({ id }) => id));
    after = page.last_end_time ?? after;
    hasMore = page.has_more;
  }
  expect(paged).toEqual(all.data.map(({ id }) => id));
  expect(await list(`event_type=CODEX_LOG&after=${after}`)).toEqual({ data: [], has_more: false, last_end_time: null });
  const [first, second] = all.data;
  const between = await list(`event_type=CODEX_LOG,AUDIT_LOG&after=${first?.end_time}&before=${second?.end_time}`);
  expect(between.data).toEqual([]);
  const empty = 'CODEX_SECURITY_LOG,CONVERSATION_MESSAGE,CUSTOM_AGENTS_LOG,CHATGPT_PLUGIN_SPREADSHEET';
  expect((await list(`event_type=${empty}&${always}`)).data).toEqual([]);
});

test.each([
  [always, 'event_type'],
  [`event_type=&${always}`, 'event_type'],
  [`event_type=NO_SUCH&${always}`, 'event_type: "NO_SUCH" is none of'],
  [`event_type=COSTS&${always}`, 'event_type'],
  ['event_type=AUDIT_LOG', 'after'],
  ['event_type=AUDIT_LOG&after=yesterday', 'after'],
  ['event_type=AUDIT_LOG&after=2026-02-31T00:00:00Z', 'after'],
  [`event_type=AUDIT_LOG&${always}&before=x`, 'before'],
  [`event_type=AUDIT_LOG&${always}&limit=0`, 'limit'],
  [`event_type=AUDIT_LOG&${always}&limit=101`, 'limit'],
])('?%s is refused: %s', async (query, where) => {
  const { status, body } = await ask(`logs?${query}`);
  expect(status).toBe(400);
  expect(body.detail).toContain(where);
  expect(body.error.code).toBe('bad-input');
});

test('a key reads the types of its scopes, and another workspace is not there', async () => {
  const narrow: KeyScope[] = ['chatgpt.enterprise.compliance_logs_platform.audit_log.read'];
  expect((await list(`event_type=AUDIT_LOG&${always}`, { scopes: narrow })).data).toHaveLength(3);
  for (const scopes of [narrow, ['audit.read']] as KeyScope[][]) {
    const refused = await ask(`logs?event_type=AUDIT_LOG,CODEX_LOG&${always}`, { scopes });
    expect(refused.status).toBe(403);
    expect(refused.body.error.code).toBe('scope-missing');
  }
  for (const former of ['compliance.read', 'chatgpt.enterprise.compliance_export.read'] as const)
    expect((await list(`event_type=CODEX_LOG&${always}`, { scopes: [former] })).data).toHaveLength(3);
  const [file] = (await list(`event_type=CODEX_LOG&${always}`)).data;
  expect((await ask(`logs/${file?.id}`, { scopes: narrow })).status).toBe(403);
  const other = await seedWorkspace(services.db, { name: 'Other' });
  for (const id of [workspaceUuid(other.workspaceId), 'nothing', 'org-1'])
    expect((await ask(`logs?event_type=AUDIT_LOG&${always}`, { id })).status).toBe(404);
  expect((await list(`event_type=AUDIT_LOG&${always}`, { id: workspaceId })).data).toHaveLength(3);
});

test('a file is downloaded through a signed address that soon expires and opens nothing else', async () => {
  const [file] = (await list(`event_type=CODEX_LOG&${always}`)).data;
  const { status, headers } = await ask(`logs/${file?.id}`);
  expect(status).toBe(307);
  const location = new URL(headers.get('location') ?? '');
  expect(location.origin).toBe(services.origin);
  const response = await app.request(location.pathname);
  expect(response.status).toBe(200);
  expect(response.headers.get('content-length')).toBe(String(file?.file_size));
  const content = Buffer.from(await response.arrayBuffer());
  expect(content.length).toBe(file?.file_size);
  const sha256 = createHash('sha256').update(content).digest();
  expect(sha256.toString('hex')).toBe(file?.file_sha256);
  expect(response.headers.get('repr-digest')).toBe(`sha-256=:${sha256.toString('base64')}:`);
  expect((await app.request(`${location.pathname.slice(0, -2)}xx`)).status).toBe(410);
  services.setNow(new Date(Date.now() + 301_000));
  expect((await app.request(location.pathname)).status).toBe(410);
  services.setNow(null);
  expect((await ask('logs/eclf_1')).status).toBe(400);
  expect((await ask(`logs/eclf_${'0'.repeat(32)}`)).status).toBe(404);
});

test('costs are at the organization, and nothing of the workspace is', async () => {
  const { data } = await list(`event_type=COSTS,APP_LOG,APP_AUTH_LOG&${always}`, { of: 'organizations' });
  expect(data.map(({ event_type }) => event_type)).toEqual(['COSTS']);
  expect((await ask(`logs/${data[0]?.id}`, { of: 'organizations' })).status).toBe(307);
  expect((await ask(`logs/${data[0]?.id}`)).status).toBe(404);
  expect((await ask(`logs?event_type=AUDIT_LOG&${always}`, { of: 'organizations' })).status).toBe(400);
});

const exporting: KeyScope[] = ['chatgpt.enterprise.compliance_export.read'];
const deleting: KeyScope[] = ['chatgpt.enterprise.compliance_export.delete'];

test('tasks and environments where there are none; deleting needs its own scope', async () => {
  const tasks = await ask('codex_tasks', { scopes: exporting });
  expect(vendor('CodexTaskList', tasks.body)).toBeNull();
  expect(tasks.body).toEqual({ object: 'list', cursor: null, has_more: false, data: [] });
  const environments = await ask('codex_environments?limit=30', { scopes: exporting });
  expect(vendor('CodexEnvironmentList', environments.body)).toBeNull();
  expect(environments.body).toEqual({ object: 'list', has_more: false, data: [] });
  expect((await ask('codex_tasks?limit=51', { scopes: exporting })).status).toBe(400);
  for (const path of ['codex_tasks/task_1', 'codex_environments/env_1']) {
    expect((await ask(path, { scopes: exporting })).status).toBe(404);
    expect((await ask(path, { method: 'DELETE', scopes: deleting })).status).toBe(404);
    expect((await ask(path, { method: 'DELETE', scopes: ['compliance.delete'] })).status).toBe(404);
    expect((await ask(path, { method: 'DELETE', scopes: exporting })).status).toBe(403);
    expect((await ask(path, { scopes: deleting })).status).toBe(403);
  }
});

test('people are listed by id, with the vendor’s words for role and status', async () => {
  const role = 'admin';
  const grace = await seedMember(services.db, { workspaceId, email: 'grace@example.com', name: 'Grace', role });
  const linus = await seedMember(services.db, { workspaceId, email: 'linus@example.com', name: 'Linus' });
  await services.db.updateTable('members').set({ status: 'suspended' }).where('id', '=', linus).execute();
  const users: UserList['data'] = [];
  let after = '';
  for (let hasMore = true; hasMore; ) {
    const { body } = await ask(`users?limit=1${after && `&after=${after}`}`, { scopes: exporting });
    expect(vendor('WorkspaceUserList', body)).toBeNull();
    users.push(...body.data);
    ({ last_id: after, has_more: hasMore } = body);
  }
  expect(users.map(({ id }) => id)).toEqual([ada.id, grace, linus].sort());
  const rolesOf = new Map(users.map(({ email, role: held, status }) => [email, [held, status]]));
  expect(rolesOf.get('ada@example.com')).toEqual(['account-owner', 'active']);
  expect(rolesOf.get('grace@example.com')).toEqual(['account-admin', 'active']);
  expect(rolesOf.get('linus@example.com')).toEqual(['standard-user', 'inactive']);
});

test('every call is in the audit log itself, as one of an API key, refused ones too', async () => {
  const before = await readAuditRecords(services.db, workspaceId, { after: 0, upTo: 10_000, limit: 10_000 });
  const narrow: KeyScope[] = ['chatgpt.enterprise.compliance_logs_platform.auth_log.read'];
  await ask(`logs?event_type=AUTH_LOG&${always}&limit=7`, { scopes: narrow });
  await ask(`logs?event_type=CODEX_LOG&${always}`, { scopes: narrow });
  await ask('logs?event_type=AUTH_LOG', { scopes: narrow });
  await ask('codex_tasks/task_9', { method: 'DELETE', scopes: deleting });
  const { records } = await readAuditRecords(services.db, workspaceId, { after: 0, upTo: 10_000, limit: 10_000 });
  const calls = records.slice(before.records.length).map(({ record: each }) => each);
  const key = { type: 'API_KEY', redacted_id: expect.stringMatching(/^rk-\.\.\./) };
  const common = { type: 'AUDIT_LOG', actor: key, action_privilege: 'ADMIN' };
  expect(calls).toMatchObject([
    {
      ...common,
      action: 'LIST_WORKSPACE_LOG_FILES',
      action_result: 'SUCCESS',
      action_data: { limit: '7', event_type: ['AUTH_LOG'], after: '2026-01-01T00:00:00Z', before: null },
    },
    { ...common, action_result: 'BLOCKED' },
    { ...common, action_result: 'ERROR' },
    { ...common, action: 'DELETE_CODEX_TASK', action_result: 'ERROR', action_data: { task_id: 'task_9' } },
  ]);
});

test('a key that calls too often is told when to come back', async () => {
  const scopes: KeyScope[] = ['chatgpt.enterprise.compliance_logs_platform.auth_log.read'];
  secrets.delete(scopes.join(' '));
  const answers = [];
  for (let index = 0; index < 51; index++) answers.push(await ask(`logs?event_type=AUTH_LOG&${always}`, { scopes }));
  expect(answers.filter(({ status }) => status === 200)).toHaveLength(50);
  const last = answers.at(-1);
  expect(last?.status).toBe(429);
  expect(Number(last?.headers.get('retry-after'))).toBeGreaterThan(0);
  // Of that endpoint only.
  expect((await ask(`logs/eclf_${'0'.repeat(32)}`, { scopes })).status).toBe(404);
});
