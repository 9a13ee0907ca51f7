import { afterAll, beforeAll, beforeEach, describe, expect, onTestFinished, test } from 'vitest';
import type { Destination } from '#contract/compliance-destinations.ts';
import { createHttpApp } from '#server/http/create-http-app.ts';
import { mountOwnApi } from '#server/http/own-api.ts';
import { apiClient } from '#testing/own-api-client.ts';
import { createRecordList, type RecordList } from '#testing/record-list.ts';
import {
  hasWebhookSignature,
  type ReceivedBatch,
  type RecordReceiver,
  startRecordReceiver,
} from '#testing/servers/record-receivers.ts';
import { type SyslogServer, startSyslogServer } from '#testing/servers/syslog.ts';
import { createTestAuthority, type TestAuthority } from '#testing/servers/test-authority.ts';
import { signedInAs } from '#testing/signed-in-as.ts';
import { openTestServices, seedWorkspace, type TestServices } from '#testing/test-services.ts';
import { waitAfter } from './deliver.ts';
import { destinationRoutes } from './destination-routes.ts';
import { openPush, type Push } from './open-push.ts';

let services: TestServices;
let authority: TestAuthority;
let workspaceId: string;
let app: ReturnType<typeof createHttpApp>;
let list: RecordList;
let push: Push;

beforeAll(async () => {
  services = await openTestServices();
  authority = await createTestAuthority();
});
afterAll(() => services.close());
beforeEach(async () => {
  services.setNow(null);
  for (const table of ['workspaces', 'audit_events'] as const) await services.db.deleteFrom(table).execute();
  const seeded = await seedWorkspace(services.db);
  workspaceId = seeded.workspaceId;
  list = createRecordList();
  push = openPush(services, [list.stream]);
  onTestFinished(() => push.close());
  app = createHttpApp({ log: services.log, trustedProxies: [] });
  const member = signedInAs({ memberId: seeded.ownerId, workspaceId });
  mountOwnApi(app, {
    router: { compliance: destinationRoutes(services, [list.stream]) },
    origin: services.origin,
    readMember: async () => member,
  });
});

interface Made {
  destination: Destination;
  secret: string | null;
}
const call = <Body = Made>(method: string, path: string, input?: unknown) =>
  apiClient(app).call<Body>(method, `/compliance/destinations${path}`, input);
const make = async (input: Record<string, unknown>) => {
  const answer = await call('POST', '', {
    name: 'SIEM',
    eventTypes: ['CODEX_LOG', 'AUDIT_LOG'],
    authorityPem: authority.pem,
    ...input,
  });
  expect(answer.status, JSON.stringify(answer.body)).toBe(200);
  return answer.body;
};
const read = async () => {
  const { body } = await call<{ items: Destination[] }>('GET', '');
  const [first] = body.items;
  if (!first) throw new Error('there is no destination');
  return first;
};
const startReceiver = async (): Promise<RecordReceiver> => {
  const receiver = await startRecordReceiver(await authority.issueServer());
  onTestFinished(() => receiver.close());
  return receiver;
};
const startSyslog = async (options?: { clientAuthorityPem: string }): Promise<SyslogServer> => {
  const syslog = await startSyslogServer(await authority.issueServer(), options);
  onTestFinished(() => syslog.close());
  return syslog;
};
interface WebhookBody {
  type: string;
  data: { workspace_id: string; records: { event_id: string; type: string; prompt_text?: string }[] };
}
const recordsIn = (batches: readonly ReceivedBatch[]) =>
  batches.flatMap(({ body }) => (JSON.parse(body) as WebhookBody).data.records);
const idsIn = (batches: readonly ReceivedBatch[]) => recordsIn(batches).map(({ event_id }) => event_id);

describe('syslog', () => {
  test('gets RFC 5424 messages with octet counts, in order, and content only when it is asked for', async () => {
    const syslog = await startSyslog();
    await make({ kind: 'syslog', address: `localhost:${syslog.port}` });
    const ids = list.add('CODEX_LOG', 700, { event_type: 'PROMPT_SENT', prompt_text: 'geheim', note: 'ü 😀\n' });
    await push.look();
    await syslog.until(() => syslog.messages.length === 700);
    expect(syslog.broken).toEqual([]);
    expect(syslog.messages[0]).toMatchObject({
      priority: 110,
      timestamp: '2026-11-20T10:15:00.123456Z',
      hostname: 'reeve.test',
      appName: 'reeve',
      messageId: 'CODEX_LOG',
    });
    const records = syslog.messages.map(({ text }) => JSON.parse(text) as Record<string, unknown>);
    expect(records.map(({ event_id }) => event_id)).toEqual(ids);
    expect(records[0]).toMatchObject({ note: 'ü 😀\n' });
    expect(JSON.stringify(records)).not.toContain('geheim');
    expect(await read()).toMatchObject({ state: 'delivering', delivered: 700, backlog: 0, lastError: null });
  });

  test('shows a client certificate, whose key is not shown again; without one it is said what is missing', async () => {
    const syslog = await startSyslog({ clientAuthorityPem: authority.pem });
    const { destination } = await make({ kind: 'syslog', address: `localhost:${syslog.port}` });
    list.add('AUDIT_LOG', 2);
    await push.look();
    expect(await read()).toMatchObject({ state: 'failing', delivered: 0, backlog: 2 });
    const pair = await authority.issueClient('reeve-client');
    const other = await authority.issueClient('another');
    const given = { clientCertificatePem: pair.certificatePem, clientKeyPem: pair.keyPem };
    const wrong = await call('PATCH', `/${destination.id}`, { ...given, clientKeyPem: other.keyPem });
    expect(wrong).toMatchObject({ status: 400, body: { data: { issues: [{ path: ['clientKeyPem'] }] } } });
    const changed = await call('PATCH', `/${destination.id}`, given);
    expect(changed.body).toMatchObject({ clientCertificate: { subject: 'CN=reeve-client' } });
    await push.look();
    await syslog.until(() => syslog.messages.length === 2);
    expect(syslog.messages.map(({ client }) => client)).toEqual(['reeve-client', 'reeve-client']);
    const stored = await services.db.selectFrom('compliance_destinations').selectAll().execute();
    const entries = await services.db.selectFrom('audit_events').selectAll().execute();
    expect(JSON.stringify([changed.body, stored, entries])).not.toContain('PRIVATE KEY');
  });

  test('a connection that breaks half-way loses nothing', async () => {
    const syslog = await startSyslog();
    await make({ kind: 'syslog', address: `127.0.0.1:${syslog.port}` });
    const ids = list.add('CODEX_LOG', 400, { note: 'x'.repeat(500) });
    syslog.cutAfterBytes = 20_000;
    await push.look();
    expect(await read()).toMatchObject({ state: 'failing', delivered: 0, lastError: expect.stringMatching(/broke/) });
    syslog.cutAfterBytes = null;
    services.setNow(new Date(Date.now() + 3_600_000));
    await push.look();
    await syslog.until(() => syslog.messages.length >= 400);
    const arrived = syslog.messages.map(({ text }) => (JSON.parse(text) as { event_id: string }).event_id);
    expect(arrived.slice(-400)).toEqual(ids);
    expect(syslog.broken).toEqual([]);
  });

  test('is refused when its certificate is not trusted or is for another name', async () => {
    const stranger = await createTestAuthority('Stranger');
    const syslog = await startSyslogServer(await stranger.issueServer());
    const misnamed = await startSyslogServer(await authority.issueServer(['elsewhere.example']));
    onTestFinished(async () => {
      await syslog.close();
      await misnamed.close();
    });
    await make({ kind: 'syslog', address: `localhost:${syslog.port}` });
    const { destination } = await make({ kind: 'syslog', name: 'Other', address: `localhost:${misnamed.port}` });
    expect((await call('POST', `/${destination.id}/test`, {})).body).toMatchObject({
      isDelivered: false,
      problem: 'Its certificate is for another name.',
    });
    list.add('CODEX_LOG', 1);
    await push.look();
    expect((await read()).lastError).toMatch(/authority that is not trusted/);
    expect(syslog.messages.length + misnamed.messages.length).toBe(0);
  });
});

describe('a webhook', () => {
  test('is signed, and with both secrets while a rotation overlaps', async () => {
    const receiver = await startReceiver();
    const { destination, secret } = await make({ kind: 'webhook', address: `${receiver.url}/in` });
    expect(secret).toMatch(/^whsec_/);
    const ids = list.add('CODEX_LOG', 3);
    await push.look();
    const [batch] = receiver.taken;
    if (!batch || !secret) throw new Error('nothing arrived');
    expect(idsIn([batch])).toEqual(ids);
    expect(await hasWebhookSignature(batch, secret)).toBe(true);
    expect(await hasWebhookSignature({ ...batch, body: `${batch.body} ` }, secret)).toBe(false);
    const rotated = await call('POST', `/${destination.id}/secret`, { overlapHours: 2 });
    const next = rotated.body.secret ?? '';
    list.add('CODEX_LOG', 1);
    await push.look();
    const during = receiver.taken.at(-1);
    if (!during) throw new Error('nothing arrived');
    expect([await hasWebhookSignature(during, secret), await hasWebhookSignature(during, next)]).toEqual([true, true]);
    services.setNow(new Date(Date.now() + 3 * 3_600_000));
    list.add('CODEX_LOG', 1);
    await push.look();
    const afterwards = receiver.taken.at(-1);
    if (!afterwards) throw new Error('nothing arrived');
    expect(await hasWebhookSignature(afterwards, secret)).toBe(false);
    expect(await hasWebhookSignature(afterwards, next)).toBe(true);
    const stored = await services.db.selectFrom('compliance_destinations').selectAll().execute();
    expect(JSON.stringify([stored, await read()])).not.toContain(next);
  });

  test('that is down gets everything later, in order, the same batch under the same id', async () => {
    const receiver = await startReceiver();
    await make({ kind: 'webhook', address: receiver.url });
    receiver.answer = () => ({ status: 503, headers: { 'retry-after': '120' } });
    const ids = list.add('CODEX_LOG', 3);
    await push.look();
    await push.look();
    expect(receiver.asked, 'it asked to be left alone').toHaveLength(1);
    const failing = await read();
    expect(failing).toMatchObject({ state: 'failing', backlog: 3, lastError: 'It answered with HTTP 503.' });
    expect(failing.waitingSince).toBe('2026-11-20T10:15:00.123Z');
    expect(new Date(failing.triesAgainAt ?? 0).getTime() - Date.now()).toBeGreaterThan(100_000);
    receiver.answer = () => null;
    services.setNow(new Date(Date.now() + 130_000));
    await push.look();
    expect(idsIn(receiver.taken)).toEqual(ids);
    expect(new Set(receiver.asked.map(({ headers }) => headers['webhook-id'])).size).toBe(1);
    expect(await read()).toMatchObject({ state: 'delivering', backlog: 0, failingSince: null, lastError: null });
  });

  test('gets smaller batches when they are too large for it, and a record without its content at last', async () => {
    const receiver = await startReceiver();
    await make({ kind: 'webhook', address: receiver.url, withContent: true });
    receiver.answer = ({ body }) => (body.length > 3_000 ? { status: 413 } : null);
    const ids = [
      ...list.add('CODEX_LOG', 40, { prompt_text: 'short' }),
      ...list.add('CODEX_LOG', 1, { prompt_text: 'x'.repeat(5_000) }),
      ...list.add('CODEX_LOG', 1),
    ];
    await push.look();
    expect(idsIn(receiver.taken)).toEqual(ids);
    const records = recordsIn(receiver.taken);
    expect(records[0]).toMatchObject({ prompt_text: 'short' });
    expect(records[40]).toMatchObject({ reeve_content_left_out: true });
  });

  test('does not hold up others, and goes on where it was after the process ended', async () => {
    const [down, up] = [await startReceiver(), await startReceiver()];
    down.answer = () => ({ status: 500 });
    await make({ kind: 'webhook', name: 'Down', address: down.url });
    await make({ kind: 'webhook', name: 'Up', address: up.url });
    const first = list.add('CODEX_LOG', 1_200);
    up.answer = () => (up.taken.length === 1 ? { status: 500 } : null);
    await push.look();
    await push.close();
    expect(idsIn(up.taken)).toEqual(first.slice(0, 500));
    up.answer = () => null;
    const second = list.add('AUDIT_LOG', 2);
    services.setNow(new Date(Date.now() + 3_600_000));
    push = openPush(services, [list.stream]);
    await push.look();
    expect(idsIn(up.taken)).toEqual([...first, ...second]);
  });

  test('is not sent by two processes at once', async () => {
    const receiver = await startReceiver();
    await make({ kind: 'webhook', address: receiver.url });
    const ids = list.add('CODEX_LOG', 900);
    const other = openPush(services, [list.stream]);
    onTestFinished(() => other.close());
    await Promise.all([push.look(), other.look()]);
    expect(idsIn(receiver.taken)).toEqual(ids);
  });

  test('starts with what comes from now on, or with everything that is kept', async () => {
    const receiver = await startReceiver();
    const old = list.add('CODEX_LOG', 2);
    await make({ kind: 'webhook', address: `${receiver.url}/new` });
    await make({ kind: 'webhook', name: 'All', address: `${receiver.url}/all`, fromStart: true });
    const next = list.add('CODEX_LOG', 1);
    await push.look();
    const at = (path: string) => idsIn(receiver.taken.filter((batch) => batch.path === path));
    expect(at('/new')).toEqual(next);
    expect(at('/all')).toEqual([...old, ...next]);
  });
});

test('OTLP gets ExportLogsServiceRequest in JSON with the header, and says what was refused for good', async () => {
  const receiver = await startReceiver();
  const header = { name: 'Authorization', value: 'Api-Token geheim' };
  const { destination } = await make({ kind: 'otlp', address: `${receiver.url}/v1/logs`, header });
  list.add('AUDIT_LOG', 1, { action: 'GROUP_CREATE', actor: { type: 'ACCOUNT_USER', user_email: 'ada@example.com' } });
  receiver.answer = () => ({ status: 200, body: '{"partialSuccess":{"rejectedLogRecords":"1"}}' });
  await push.look();
  const [batch] = receiver.taken;
  expect(batch?.headers).toMatchObject({ authorization: 'Api-Token geheim', 'content-type': 'application/json' });
  const body = JSON.parse(batch?.body ?? '{}');
  const record = body.resourceLogs[0].scopeLogs[0].logRecords[0];
  expect(record).toMatchObject({
    timeUnixNano: '1795169700123000000',
    severityNumber: 9,
    eventName: 'reeve.audit_log',
  });
  expect(JSON.parse(record.body.stringValue)).toMatchObject({ action: 'GROUP_CREATE' });
  expect(record.attributes).toContainEqual({ key: 'user.email', value: { stringValue: 'ada@example.com' } });
  expect(await read()).toMatchObject({ delivered: 1, lastError: 'It refused 1 of the last records for good.' });
  const moved = await call('PATCH', `/${destination.id}`, { address: 'https://elsewhere.example/v1/logs' });
  expect(moved, 'a key meant for one place is not sent to another').toMatchObject({
    status: 400,
    body: { data: { issues: [{ path: ['header'] }] } },
  });
  expect(JSON.stringify(await read())).not.toContain('geheim');
});

test('a test says whether it arrives, leaves its entry, and tells nothing that the other side said', async () => {
  const receiver = await startReceiver();
  const { destination } = await make({ kind: 'webhook', address: receiver.url });
  expect((await call('POST', `/${destination.id}/test`, {})).body).toMatchObject({ isDelivered: true, problem: null });
  expect(recordsIn(receiver.taken)[0]).toMatchObject({ type: 'REEVE_TEST' });
  receiver.answer = () => ({ status: 401, body: 'internal details' });
  const refused = await call('POST', `/${destination.id}/test`, {});
  expect(refused.body).toMatchObject({ isDelivered: false, problem: 'It refused the credentials (HTTP 401).' });
  expect(JSON.stringify(refused.body)).not.toContain('internal');
  const events = await services.db.selectFrom('audit_events').select('event').orderBy('id').execute();
  expect(events.map(({ event }) => event).sort()).toEqual([
    'destination.created',
    'destination.tested',
    'destination.tested',
  ]);
});

test.each([
  ['webhook', 'http://siem.example.com', /not an https address/],
  ['webhook', 'https://169.254.169.254/', /not an address that Reeve calls/],
  ['otlp', 'siem.example.com', /whole address/],
  ['syslog', 'https://siem.example.com', /host:port/],
  ['syslog', '169.254.169.254:6514', /not an address that Reeve calls/],
  ['syslog', '[fe80::1]:6514', /not an address that Reeve calls/],
  ['syslog', 'siem.example.com:70000', /not a port/],
])('%s at %s is refused', async (kind, address, why) => {
  const refused = await call('POST', '', { kind, name: 'x', address, eventTypes: ['AUDIT_LOG'] });
  expect(refused).toMatchObject({ status: 400, body: { data: { issues: [{ path: ['address'] }] } } });
  expect(JSON.stringify(refused.body)).toMatch(why);
});

test('it is turned off, named twice, deleted', async () => {
  const receiver = await startReceiver();
  const { destination } = await make({ kind: 'webhook', address: receiver.url });
  expect(
    (await call('POST', '', { kind: 'webhook', name: 'siem', address: receiver.url, eventTypes: ['AUDIT_LOG'] }))
      .status,
  ).toBe(409);
  await call('PATCH', `/${destination.id}`, { isEnabled: false });
  list.add('CODEX_LOG', 2);
  await push.look();
  expect(receiver.asked).toEqual([]);
  expect(await read()).toMatchObject({ state: 'off', backlog: 2 });
  expect((await call('DELETE', `/${destination.id}`)).status).toBe(200);
  expect((await call('DELETE', `/${destination.id}`)).status).toBe(404);
});

test.each([
  ['turned off', { isEnabled: false }, []],
  ['told to want less', { eventTypes: ['AUDIT_LOG'] }, ['AUDIT_LOG']],
])('what is %s while records are read gets none by what it was before', async (_, change, arrives) => {
  await push.close();
  const receiver = await startReceiver();
  const { destination } = await make({ kind: 'webhook', address: receiver.url });
  list.add('CODEX_LOG', 1);
  list.add('AUDIT_LOG', 1);
  let reads = 0;
  const read: typeof list.stream.read = async (...input) => {
    reads += 1;
    if (reads === 1) {
      services.setNow(new Date(Date.now() + 1_000));
      expect((await call('PATCH', `/${destination.id}`, change)).status).toBe(200);
    }
    return list.stream.read(...input);
  };
  const changed = openPush(services, [{ ...list.stream, read }]);
  onTestFinished(() => changed.close());
  await changed.look();
  expect(recordsIn(receiver.asked).map(({ type }) => type)).toEqual(arrives);
  const rows = await services.db.selectFrom('compliance_destinations').select('lease').execute();
  expect(rows, 'nobody is at it').toEqual([{ lease: null }]);
});

test('the wait doubles, is spread, and ends at a quarter of an hour', () => {
  for (const failures of [0, 3, 9, 40]) {
    const most = Math.min(2_000 * 2 ** failures, 900_000);
    const waits = Array.from({ length: 50 }, () => waitAfter(failures, null));
    expect(Math.min(...waits)).toBeGreaterThanOrEqual(most / 2);
    expect(Math.max(...waits)).toBeLessThanOrEqual(most);
    expect(new Set(waits).size).toBeGreaterThan(10);
  }
  expect(waitAfter(0, 60_000)).toBeGreaterThanOrEqual(60_000);
});
