import http from 'node:http';
import { promisify } from 'node:util';
import zlib from 'node:zlib';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { localOffMessage } from '#contract/errors.ts';
import { createGate } from '#testing/gate.ts';
import { type GatewayServer, seedModel, startGatewayServer, upstreamKey } from '#testing/gateway-server.ts';
import { brokenStream, endlessStream, failed, hangUp, httpError, message } from '#testing/servers/model-steps.ts';

let server: GatewayServer;
beforeAll(async () => {
  server = await startGatewayServer();
});
afterAll(() => server.close());
beforeEach(async () => {
  await server.calls();
  await server.services.db.deleteFrom('model_calls').execute();
  server.upstream.play(() => message('hello'));
});

const body = (more: Record<string, unknown> = {}) =>
  JSON.stringify({ model: 'corp-model', stream: true, input: [], store: false, ...more });
const call = (
  more: { headers?: Record<string, string>; body?: string | Uint8Array<ArrayBuffer>; signal?: AbortSignal } = {},
) =>
  fetch(`${server.url}/responses`, {
    method: 'POST',
    body: body(),
    ...more,
    headers: { ...server.headers, ...more.headers },
  });
const onlyCall = async () => {
  const calls = await server.calls();
  expect(calls).toHaveLength(1);
  return calls[0] as (typeof calls)[number];
};

describe('a call that is allowed', () => {
  it('streams the answer and records who, what and how much', async () => {
    const metadata = { thread_id: 'thr-1', turn_id: 'turn-1', session_id: 'ses-1', sandbox_mode: 'read-only' };
    const answer = await call({ headers: { 'x-codex-turn-metadata': JSON.stringify(metadata) } });
    expect(answer.status).toBe(200);
    expect(answer.headers.get('content-type')).toBe('text/event-stream');
    expect(answer.headers.get('x-request-id')).toMatch(/^req_/);
    expect(await answer.text()).toContain('event: response.completed');
    expect(await onlyCall()).toMatchObject({
      member_id: server.memberId,
      member_name: 'Grace Hopper',
      credential: 'codex-sign-in',
      client: 'codex_exec',
      client_version: '0.169.0',
      model: 'corp-model',
      thread_id: 'thr-1',
      turn_id: 'turn-1',
      session_id: 'ses-1',
      sandbox_mode: 'read-only',
      outcome: 'completed',
      refusal_code: null,
      input_tokens: 120,
      cached_input_tokens: 20,
      output_tokens: 30,
      reasoning_tokens: 5,
      cost_usd: (100 * 2 + 20 * 0.5 + 30 * 10) / 1e6,
      duration_ms: expect.any(Number),
      time_to_first_token_ms: expect.any(Number),
    });
    const seen = await server.services.db.selectFrom('seen_clients').selectAll().execute();
    expect(seen).toMatchObject([{ member_id: server.memberId, client: 'codex_exec', version: '0.169.0' }]);
  });

  it('sends the upstream its own key and nothing that tells who calls', async () => {
    await (
      await call({ headers: { cookie: 'a=b', 'chatgpt-account-id': 'acct', 'x-codex-turn-metadata': '{}' } })
    ).text();
    const sent = server.upstream.requests.at(-1);
    expect(sent?.headers.authorization).toBe(`Bearer ${upstreamKey}`);
    expect(Object.keys(sent?.headers ?? {}).sort()).toEqual(
      [
        'accept',
        'accept-encoding',
        'authorization',
        'connection',
        'content-length',
        'content-type',
        'host',
        'user-agent',
      ].sort(),
    );
  });

  it('passes events on as they come', async () => {
    const midway = createGate();
    server.upstream.play(() => message('slowly does it', { midway }));
    const answer = await call();
    const reader = (answer.body as ReadableStream<Uint8Array>).getReader();
    let seen = '';
    while (!seen.includes('output_text.delta')) seen += Buffer.from((await reader.read()).value ?? []).toString();
    expect(seen).not.toContain('response.completed');
    midway.release();
    for (let part = await reader.read(); !part.done; part = await reader.read())
      seen += Buffer.from(part.value).toString();
    expect(seen).toContain('response.completed');
  });

  it.each(['zstd', 'gzip', 'br', 'deflate'] as const)('takes a body in %s', async (encoding) => {
    const compress = { zstd: zlib.zstdCompress, gzip: zlib.gzip, br: zlib.brotliCompress, deflate: zlib.deflate }[
      encoding
    ];
    const packed = await promisify<Buffer, Buffer>(compress)(Buffer.from(body({ input: encoding })));
    const answer = await call({ headers: { 'content-encoding': encoding }, body: new Uint8Array(packed) });
    expect(answer.status).toBe(200);
    await answer.text();
    expect(server.upstream.requests.at(-1)?.body.input).toBe(encoding);
  });

  it('names the model as the upstream knows it and leaves the rest as it was', async () => {
    const { workspaceId, services } = server;
    await services.db.updateTable('models').set({ is_default: false }).execute();
    await seedModel(services, { workspaceId, slug: 'renamed', upstreamModel: 'vendor/real-1' });
    const text = `{ "tools": [{"model":"renamed"}], "n": 1.0, "mod\\u0065l" : "renamed", "stream":true}`;
    await (await call({ body: text })).text();
    expect(server.upstream.requests.at(-1)?.body).toMatchObject({
      model: 'vendor/real-1',
      tools: [{ model: 'renamed' }],
    });
    expect((await onlyCall()).model).toBe('renamed');
  });

  it('answers calls without a stream in JSON', async () => {
    server.upstream.play(() =>
      httpError(200, { id: 'r9', status: 'completed', usage: { input_tokens: 7, output_tokens: 3 } }),
    );
    const answer = await call({ body: body({ stream: false }) });
    expect(await answer.json()).toMatchObject({ id: 'r9' });
    expect(await onlyCall()).toMatchObject({
      outcome: 'completed',
      input_tokens: 7,
      output_tokens: 3,
      response_id: 'r9',
    });
  });
});

describe('an upstream that fails', () => {
  it.each([
    [401, 502, 'refused Reeve'],
    [403, 502, 'refused Reeve'],
    [404, 502, 'no such call or model'],
    [500, 502, 'failed (500)'],
    [400, 400, 'temperature is odd'],
    [429, 429, 'slow down'],
  ])('%i becomes %i with words', async (status, shown, words) => {
    const said = status === 429 ? 'slow down' : 'temperature is odd';
    server.upstream.play(() => httpError(status, { error: { message: said } }, { headers: { 'retry-after': '7' } }));
    const answer = await call();
    expect(answer.status).toBe(shown);
    if (status === 429) expect(answer.headers.get('retry-after')).toBe('7');
    expect(await answer.text()).toContain(words);
    expect((await onlyCall()).outcome).toBe('failed');
  });

  it('is told in the stream when it breaks off', async () => {
    server.upstream.play(() => brokenStream('half an ans'));
    const text = await (await call()).text();
    expect(text).toContain('event: response.failed');
    expect(text).toContain('broke off');
    expect(await onlyCall()).toMatchObject({ outcome: 'failed', refusal_code: 'upstream-broken' });
  });

  it('passes its own response.failed on', async () => {
    server.upstream.play(() => failed('server_error', 'out of cheese'));
    const text = await (await call()).text();
    expect(text.match(/event: response.failed/g)).toHaveLength(1);
    expect(await onlyCall()).toMatchObject({ outcome: 'failed', message: 'out of cheese' });
  });

  it('that hangs up or is down is a 502', async () => {
    server.upstream.play(() => hangUp());
    expect((await call()).status).toBe(502);
    server.upstream.play(() => message('back again'));
    await server.upstream.goDown();
    const answer = await call();
    await server.upstream.comeBack();
    expect(answer.status).toBe(502);
    expect(await answer.text()).toContain('cannot be reached (ECONNREFUSED)');
    expect((await call()).status).toBe(200);
  });
});

describe('a client that leaves', () => {
  it('cancels the upstream, and the call is recorded once', async () => {
    server.upstream.play(() => endlessStream('x'.repeat(100)));
    const count = server.upstream.requests.length;
    const abort = new AbortController();
    const answer = await call({ signal: abort.signal });
    await answer.body?.getReader().read();
    abort.abort();
    expect(await (await server.upstream.waitForRequests(count + 1)).ended).toBe('client-left');
    expect(await onlyCall()).toMatchObject({ outcome: 'cancelled' });
  });

  it('cancels it before the answer began, too', async () => {
    const before = createGate();
    server.upstream.play(() => message('late', { before }));
    const count = server.upstream.requests.length;
    const abort = new AbortController();
    const refused = call({ signal: abort.signal }).catch(() => 'aborted');
    await before.reached;
    abort.abort();
    expect(await refused).toBe('aborted');
    expect(await (await server.upstream.waitForRequests(count + 1)).ended).toBe('client-left');
    before.release();
    await expect.poll(async () => (await server.calls())[0]?.outcome).toBe('cancelled');
  });
});

describe('access that ends', () => {
  it('ends a running stream with the exact words', async () => {
    const midway = createGate();
    server.upstream.play(() => message('never ends', { midway }));
    const answer = await call();
    const { workspaceId, services } = server;
    services.signals.emit('access-changed', { workspaceId, memberId: null, because: 'local-off' });
    const text = await answer.text();
    midway.release();
    const event = JSON.parse(text.slice(text.lastIndexOf('data: ') + 6));
    expect(event.response.error).toEqual({ code: 'invalid_prompt', message: localOffMessage });
    expect(await onlyCall()).toMatchObject({ outcome: 'failed', refusal_code: 'local-off' });
  });

  it('leaves hosted tasks alone when Codex Local goes off, and ends them when Codex cloud does', async () => {
    const { workspaceId, services, clients } = server;
    const [member] = clients.values();
    if (member) clients.set('hosted', { ...member, credential: 'hosted-task' });
    const cloud = (isOn: boolean) => services.db.updateTable('workspaces').set({ codex_cloud_enabled: isOn }).execute();
    await cloud(true);
    const midway = createGate();
    server.upstream.play(() => message('never ends', { midway }));
    const answer = await call({ headers: { ...server.headers, authorization: 'Bearer hosted' } });
    services.signals.emit('access-changed', { workspaceId, memberId: null, because: 'local-off' });
    await server.gateway.running.recheck();
    expect(server.gateway.running.count()).toBe(1);
    await cloud(false);
    await server.gateway.running.recheck();
    expect(await answer.text()).toContain('Codex cloud is off in this workspace.');
    midway.release();
  });

  it('is noticed when another process ended it', async () => {
    const midway = createGate();
    server.upstream.play(() => message('never ends', { midway }));
    const answer = await call();
    await server.services.db
      .updateTable('members')
      .set({ status: 'suspended' })
      .where('id', '=', server.memberId)
      .execute();
    await server.gateway.running.recheck();
    expect(await answer.text()).toContain(localOffMessage);
    midway.release();
    await server.services.db
      .updateTable('members')
      .set({ status: 'active' })
      .where('id', '=', server.memberId)
      .execute();
  });
});

describe('the list of models', () => {
  it('has an ETag and answers 304 to it', async () => {
    const first = await fetch(`${server.url}/models?client_version=0.169.0`, { headers: server.headers });
    const { models } = (await first.json()) as { models: { slug: string; priority: number }[] };
    expect(models[0]).toMatchObject({ priority: 1, supported_in_api: true });
    const etag = first.headers.get('etag') ?? '';
    const second = await fetch(`${server.url}/models`, { headers: { ...server.headers, 'if-none-match': etag } });
    expect(second.status).toBe(304);
    expect((await fetch(`${server.url}/models`)).status).toBe(401);
  });
});

it('answers a WebSocket upgrade with 426', async () => {
  const status = await new Promise((resolve, reject) => {
    const headers = {
      ...server.headers,
      connection: 'Upgrade',
      upgrade: 'websocket',
      'sec-websocket-key': 'x',
      'sec-websocket-version': '13',
    };
    http
      .get(`${server.url}/responses`, { headers }, (answer) => resolve(answer.resume().statusCode))
      .on('error', reject);
  });
  expect(status).toBe(426);
});

it('has a JSON 404 for what it has not', async () => {
  const answer = await fetch(`${server.url}/responses/compact`, {
    method: 'POST',
    headers: server.headers,
    body: '{}',
  });
  expect(answer.status).toBe(404);
  expect(await answer.json()).toMatchObject({ error: { code: 'not-found' } });
});
