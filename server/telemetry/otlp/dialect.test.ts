import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import zlib from 'node:zlib';
import { create, fromBinary, toBinary } from '@bufbuild/protobuf';
import { getRequestListener } from '@hono/node-server';
import { afterAll, beforeAll, beforeEach, expect, it, onTestFinished } from 'vitest';
import { createHttpApp } from '#server/http/create-http-app.ts';
import { mountDialect } from '#server/http/wire-routes.ts';
import { createAttemptToken } from '#server/identity/index.ts';
import { policyAnswer } from '#server/policies/codex-client/config-bundle.ts';
import { telemetryTokenOf } from '#server/policies/index.ts';
import { otlpDialect } from '#server/telemetry/index.ts';
import { seedTask } from '#testing/cloud-queue.ts';
import { defaultThread, logsBody, otlpHeaders } from '#testing/otlp-sender.ts';
import { seedPolicy, setFallback } from '#testing/seed-policy.ts';
import { openTestServices, seedMember, seedWorkspace, type TestServices } from '#testing/test-services.ts';
import {
  ExportLogsRequestSchema,
  ExportMetricsRequestSchema,
  ExportResponseSchema,
  ExportTracesRequestSchema,
  StatusSchema,
} from './otlp_pb.ts';

let services: TestServices;
let origin: string;
let workspaceId: string;
let memberId: string;
let token: string;

beforeAll(async () => {
  services = await openTestServices();
  services.setNow(new Date('2026-11-26T10:16:00Z'));
  ({ workspaceId } = await seedWorkspace(services.db));
  const app = createHttpApp({ log: services.log, trustedProxies: [] });
  mountDialect(app, otlpDialect(services), async () => {
    throw new Error('no Codex credential is asked for');
  });
  const server = createServer(getRequestListener(app.fetch)).listen(0, '127.0.0.1');
  await once(server, 'listening');
  origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  onCloseServer = () => server.close();
});
let onCloseServer = () => {};
afterAll(async () => {
  onCloseServer();
  await services.close();
});
let members = 0;
beforeEach(async () => {
  members += 1;
  memberId = await seedMember(services.db, { workspaceId, email: `grace${members}@example.com` });
  token = await telemetryTokenOf(services, { workspaceId, memberId });
});

interface Sending {
  signal?: string;
  headers?: Record<string, string>;
}
const send = (body: string | Uint8Array, { signal = 'logs', headers = {} }: Sending = {}) =>
  fetch(`${origin}/otel/v1/${signal}`, {
    method: 'POST',
    body: typeof body === 'string' ? body : new Uint8Array(body),
    headers: otlpHeaders(token, headers),
  });
const sendLogs = (records: Parameters<typeof logsBody>[0], sending?: Sending) =>
  send(JSON.stringify(logsBody(records)), sending);
const events = () =>
  services.db.selectFrom('activity_events').selectAll().where('member_id', '=', memberId).orderBy('seq').execute();
const sentToday = () =>
  services.db
    .selectFrom('telemetry_senders')
    .select(['signal', 'records'])
    .where('member_id', '=', memberId)
    .orderBy('signal')
    .execute();

const toolResult = (callId: string) => ({
  name: 'codex.tool_result',
  attributes: {
    tool_name: 'exec_command',
    call_id: callId,
    duration_ms: '95',
    success: 'true',
    arguments: '{"cmd":"cat secret.txt"}',
    output: 'the secret',
    mcp_server: '',
  },
});

it('makes an event of what a client reports, under the member of the token', async () => {
  const answer = await sendLogs([toolResult('call_a')]);
  expect([answer.status, answer.headers.get('content-type'), await answer.json()]).toEqual([
    200,
    'application/json',
    {},
  ]);
  expect(await events()).toMatchObject([
    {
      source: 'otel',
      kind: 'tool.completed',
      at: new Date('2026-11-26T10:15:00.123Z'),
      reported_at: null,
      member_label: `grace${members}@example.com`,
      surface: 'CODEX_CLI',
      client: 'codex_exec',
      client_version: '0.169.0',
      model: 'corp-model',
      thread_id: defaultThread,
      call_id: 'call_a',
      tool: 'exec_command',
      outcome: 'completed',
      duration_ms: 95,
      input_tokens: null,
      detail: { argumentCharacters: 24, outputCharacters: 10 },
    },
  ]);
  expect(await sentToday()).toEqual([{ signal: 'logs', records: 1 }]);
});

it('takes a repeated report once, and two that are alike twice', async () => {
  const prompt = { name: 'codex.user_prompt', attributes: { prompt_length: '18', prompt: '[REDACTED]' } };
  const phase = { name: 'codex.startup_phase', attributes: { 'startup.phase': 'x', duration_ms: '1' } };
  for (let time = 0; time < 3; time += 1)
    expect((await sendLogs([prompt, toolResult('call_b'), phase, phase])).status).toBe(200);
  expect((await events()).map(({ kind }) => kind).sort()).toEqual([
    'client.reported',
    'client.reported',
    'client.reported',
    'tool.completed',
  ]);
});

it('reads protobuf like JSON', async () => {
  const { resourceLogs } = logsBody([toolResult('call_c'), { name: 'codex.user_prompt' }]);
  const attributesOf = (list: readonly { key: string; value: object }[]) =>
    list.map(({ key, value }) => {
      const [kind, held] = Object.entries(value)[0] ?? [];
      const inner = kind === 'intValue' ? BigInt(held) : held;
      return { key, value: { value: { case: kind as 'stringValue', value: inner } } };
    });
  const message = create(ExportLogsRequestSchema, {
    resourceLogs: resourceLogs.map(({ resource, scopeLogs }) => ({
      resource: { attributes: attributesOf(resource.attributes) },
      scopeLogs: scopeLogs.map(({ logRecords }) => ({
        logRecords: logRecords.map((record) => ({
          observedTimeUnixNano: BigInt(record.observedTimeUnixNano),
          eventName: record.eventName,
          attributes: attributesOf(record.attributes),
        })),
      })),
    })),
  });
  const answer = await send(toBinary(ExportLogsRequestSchema, message), {
    headers: { 'content-type': 'application/x-protobuf' },
  });
  expect([answer.status, answer.headers.get('content-type')]).toEqual([200, 'application/x-protobuf']);
  expect(fromBinary(ExportResponseSchema, new Uint8Array(await answer.arrayBuffer())).partialSuccess).toBeUndefined();
  const binary = await events();
  expect(binary).toHaveLength(2);
  // The same in the other encoding is the same.
  await sendLogs([toolResult('call_c'), { name: 'codex.user_prompt' }]);
  expect(await events()).toEqual(binary);
});

it.each([
  ['gzip', zlib.gzipSync],
  ['zstd', zlib.zstdCompressSync],
] as const)('takes %s, and measures what it inflates to', async (encoding, compress) => {
  const headers = { 'content-encoding': encoding };
  const body = compress(JSON.stringify(logsBody([toolResult(`call_${encoding}`)])));
  expect((await send(body, { headers })).status).toBe(200);
  expect(await events()).toHaveLength(1);
  const bomb = compress(Buffer.alloc(20 * 1024 * 1024, 0x20));
  const refused = await send(bomb, { headers });
  expect([refused.status, await refused.json()]).toEqual([
    413,
    { code: 8, message: expect.stringContaining('16777216') },
  ]);
  expect((await send('not compressed', { headers })).status).toBe(400);
});

it('says in the encoding of the request what is wrong', async () => {
  const binary = await send('\u0007nonsense', { headers: { 'content-type': 'application/x-protobuf' } });
  const status = fromBinary(StatusSchema, new Uint8Array(await binary.arrayBuffer()));
  expect([binary.status, status.code, status.message]).toEqual([
    400,
    3,
    'The request body is not valid OTLP protobuf.',
  ]);
  const cases = [
    ['{', 'The request body is not valid JSON.'],
    ['[]', 'The request body must be an object, not a list.'],
    ['{"resourceLogs":7}', 'resourceLogs must be a list, not number.'],
    ['{"resourceLogs":[{"scopeLogs":[3]}]}', 'resourceLogs[0].scopeLogs[0] must be an object, not number.'],
  ] as const;
  for (const [body, message] of cases) {
    const answer = await send(body);
    expect([answer.status, await answer.json()]).toEqual([400, { code: 3, message }]);
  }
  for (const headers of [{ 'content-type': 'text/plain' }, { 'content-encoding': 'br' }] as Record<string, string>[])
    expect((await send('{}', { headers })).status).toBe(415);
  expect((await fetch(`${origin}/otel/v1/logs`)).status).toBe(404);
});

it('keeps the good records of a request and tells of the others', async () => {
  const body = logsBody([toolResult('call_d'), toolResult('call_e')]);
  const records = body.resourceLogs[0]?.scopeLogs[0]?.logRecords as unknown[];
  records.push(7, { attributes: [{ key: 3 }] });
  const answer = await send(JSON.stringify(body));
  expect(answer.status).toBe(200);
  expect(await answer.json()).toEqual({
    partialSuccess: {
      rejectedLogRecords: '2',
      errorMessage: 'resourceLogs[0].scopeLogs[0].logRecords[2] must be an object, not number.',
    },
  });
  expect(await events()).toHaveLength(2);
});

it('keeps an event it does not know by its name alone, and counts it once', async () => {
  const odd = { name: 'codex.new_thing', attributes: { said: 'something private', much: 7 } };
  for (let time = 0; time < 2; time += 1) await sendLogs([odd]);
  expect(await events()).toMatchObject([{ kind: 'client.reported', detail: { name: 'codex.new_thing' } }]);
  const unknown = await services.db.selectFrom('activity_unknown').selectAll().execute();
  expect(unknown).toMatchObject([{ source: 'otel', name: 'codex.new_thing', client_version: '0.169.0', times: 1 }]);
});

it('keeps what was said, sealed, where the workspace keeps content, and nowhere else', async () => {
  const said = [toolResult('call_g'), { name: 'codex.user_prompt', attributes: { prompt: 'a private wish' } }];
  const keep = (local_content_kept: boolean) =>
    services.db.updateTable('workspaces').set({ local_content_kept }).execute();
  const sealed = () =>
    services.db
      .selectFrom('activity_content')
      .selectAll()
      .where('member_id', '=', memberId)
      .orderBy('event_id')
      .execute();
  await sendLogs(said);
  expect(await sealed()).toEqual([]);
  const clear = JSON.stringify(await events());
  for (const text of ['secret', 'private wish']) expect(clear).not.toContain(text);
  await keep(true);
  onTestFinished(() => void keep(false));
  await sendLogs([toolResult('call_h'), said[1] ?? toolResult('')]);
  const opened = await Promise.all(
    (await sealed()).map((row) => services.secrets.open(row.sealed, `activity_content/${workspaceId}/${row.event_id}`)),
  );
  expect(opened.map((text) => JSON.parse(text)).sort((one) => ('prompt' in one ? 1 : -1))).toEqual([
    { arguments: '{"cmd":"cat secret.txt"}', output: 'the secret' },
    { prompt: 'a private wish' },
  ]);
  expect(JSON.stringify(await events())).not.toContain('secret');
  expect(JSON.stringify(await sealed())).not.toContain('private wish');
});

it('makes a refusal of a call that a rule or the settings stopped', async () => {
  const policyId = await seedPolicy(services.db, workspaceId, {
    name: 'Rules',
    contents:
      '[rules]\nprefix_rules = [{ pattern = [{ token = "rm" }], decision = "forbidden", justification = "No." }]\n',
  });
  await setFallback(services.db, workspaceId, policyId);
  const stopped = (callId: string, output: string) => ({
    ...toolResult(callId),
    attributes: { ...toolResult(callId).attributes, success: 'false', arguments: '{"cmd":"rm -r x"}', output },
  });
  await sendLogs([
    stopped('call_i', 'exec_command failed: Rejected("`rm -r x` rejected: No.")'),
    stopped('call_j', 'approval policy is Never; reject command — you cannot ask'),
    stopped('call_k', 'Exit code: 1\nrejected: by the program itself'),
  ]);
  const found = (await events())
    .map((row) => [row.call_id, row.outcome, row.decision, row.decided_by, row.rule])
    .sort();
  expect(found).toEqual([
    ['call_i', 'refused', 'forbidden', 'policy', expect.stringMatching(/^\d+\.1\.0$/)],
    ['call_j', 'refused', 'denied', 'config', null],
    ['call_k', 'failed', null, null, null],
  ]);
});

it('counts metrics and traces, in both encodings', async () => {
  const points = { dataPoints: [{ asInt: '3' }, { asDouble: 2.5 }] };
  const metrics = [
    { name: 'codex.thread.started', sum: points },
    { name: 'x', histogram: points },
  ];
  const scoped = { scopeMetrics: [{ metrics }] };
  await send(JSON.stringify({ resourceMetrics: [scoped] }), { signal: 'metrics' });
  const binary = { headers: { 'content-type': 'application/x-protobuf' } };
  const three = create(ExportMetricsRequestSchema, {
    resourceMetrics: [{ scopeMetrics: [{ metrics: [{ gauge: { dataPoints: [{}, {}, {}] } }] }] }],
  });
  await send(toBinary(ExportMetricsRequestSchema, three), { signal: 'metrics', ...binary });
  await send(JSON.stringify({ resourceSpans: [{ scopeSpans: [{ spans: [{}, {}] }] }] }), { signal: 'traces' });
  const one = create(ExportTracesRequestSchema, { resourceSpans: [{ scopeSpans: [{ spans: [{}] }] }] });
  await send(toBinary(ExportTracesRequestSchema, one), { signal: 'traces', ...binary });
  expect(await sentToday()).toEqual([
    { signal: 'metrics', records: 7 },
    { signal: 'traces', records: 3 },
  ]);
});

it('lets in whose token it is, while they are an active member', async () => {
  const statusOf = async (given: string) => {
    const headers = { 'x-reeve-telemetry': given };
    return (await send('{}', { headers })).status;
  };
  expect(await statusOf(token)).toBe(200);
  const claims = { ws: workspaceId, mem: memberId };
  const forOther = await services.signerFor('policy-revision').sign(claims);
  const elsewhere = await telemetryTokenOf(services, { workspaceId: 'ws_other', memberId });
  const nobody = await telemetryTokenOf(services, { workspaceId, memberId: 'mem_nobody' });
  for (const given of ['', 'nonsense', `${token}x`, forOther, elsewhere, nobody])
    expect(await statusOf(given)).toBe(401);
  const suspend = (status: 'active' | 'suspended') =>
    services.db.updateTable('members').set({ status }).where('id', '=', memberId).execute();
  await suspend('suspended');
  expect(await statusOf(token)).toBe(401);
  await suspend('active');
  expect(await statusOf(token)).toBe(200);
  await services.db.deleteFrom('members').where('id', '=', memberId).execute();
  expect(await statusOf(token)).toBe(401);
});

it('lets in the client of a hosted task as long as its attempt is leased, and no longer', async () => {
  const { db } = services;
  const at = services.clock();
  const [attemptId = ''] = await seedTask(services, workspaceId, { memberId, environmentId: 'env_1' });
  const lease = (until: Date | null) =>
    db.updateTable('cloud_attempts').set({ epoch: 1, lease_until: until }).where('id', '=', attemptId).execute();
  await lease(new Date(at.getTime() + 25_000));
  const expiresAt = new Date(at.getTime() + 3_600_000);
  await createAttemptToken(db, { workspaceId, memberId, attemptId, epoch: 1, at, expiresAt });
  const { id: credentialId } = await db
    .selectFrom('access_tokens')
    .select('id')
    .where('attempt_id', '=', attemptId)
    .executeTakeFirstOrThrow();
  const holder = { workspaceId, memberId, email: 'grace@example.com', name: 'Grace', permissions: new Set<never>() };
  const client = { ...holder, credential: 'hosted-task', scopes: [], credentialId } as const;
  const bundle = await policyAnswer(services, client, { userAgent: null, form: 'bundle' });
  expect(bundle).not.toContain(token);
  const [, given = ''] = /x-reeve-telemetry\W+([\w.-]+)/.exec(bundle) ?? [];
  const status = async () => (await send('{}', { headers: { 'x-reeve-telemetry': given } })).status;
  expect(await status()).toBe(200);
  // Whatever the client calls itself.
  await sendLogs([toolResult('call_hosted')], { headers: { 'x-reeve-telemetry': given } });
  await sendLogs([toolResult('call_local')]);
  const { task_id } = await db.selectFrom('cloud_attempts').select('task_id').executeTakeFirstOrThrow();
  expect(await events()).toMatchObject([
    { call_id: 'call_hosted', surface: 'CODEX_WEB', attempt_id: attemptId, task_id, environment_id: 'env_1' },
    { call_id: 'call_local', surface: 'CODEX_CLI', attempt_id: null, task_id: null, environment_id: null },
  ]);
  await lease(null);
  expect(await status()).toBe(401);
  expect((await send('{}', { headers: { 'x-reeve-telemetry': token } })).status).toBe(200);
});

it('says when to try again while the database takes nothing', async () => {
  await services.db.schema.alterTable('telemetry_senders').renameTo('telemetry_away').execute();
  onTestFinished(() => void services.errorLines.splice(0));
  const answer = await sendLogs([toolResult('call_f')]);
  await services.db.schema.alterTable('telemetry_away').renameTo('telemetry_senders').execute();
  expect([answer.status, answer.headers.get('retry-after'), await answer.json()]).toEqual([
    503,
    '2',
    { code: 14, message: expect.stringContaining('again') },
  ]);
  // Nothing is half there.
  expect(await events()).toEqual([]);
  expect((await sendLogs([toolResult('call_f')])).status).toBe(200);
  expect(await events()).toHaveLength(1);
});
