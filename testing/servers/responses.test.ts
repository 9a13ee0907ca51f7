import http from 'node:http';
import { text } from 'node:stream/consumers';
import zlib from 'node:zlib';
import { expect, onTestFinished, test } from 'vitest';
import { createGate } from '#testing/gate.ts';
import { eachTurn, inOrder, prompts, toolOutputs } from './model-script.ts';
import {
  brokenStream,
  endlessStream,
  failed,
  functionCall,
  hangUp,
  httpError,
  message,
  rawStream,
} from './model-steps.ts';
import { type ResponsesServer, type ResponsesServerOptions, startResponsesServer } from './responses.ts';

async function open(options: ResponsesServerOptions = {}) {
  const server = await startResponsesServer(options);
  onTestFinished(() => server.close());
  return server;
}

const prompt = (content: string) => ({
  type: 'message',
  role: 'user',
  content: [{ type: 'input_text', text: content }],
});

function ask(server: ResponsesServer, body: object = {}, init: RequestInit = {}) {
  const whole = { model: 'corp-model', stream: true, input: [prompt('hi')], ...body };
  return fetch(`${server.baseUrl}/responses`, { method: 'POST', body: JSON.stringify(whole), ...init });
}

const events = (stream: string) =>
  [...stream.matchAll(/^data: (.*)$/gm)].map(([, data]) => JSON.parse(data ?? '') as { type: string });

test('a message arrives in pieces and ends with the usage', async () => {
  const server = await open({
    script: eachTurn(message('one two three', { deltas: 3, usage: { inputTokens: 7, outputTokens: 2 } })),
  });
  const response = await ask(server);
  expect(response.headers.get('content-type')).toBe('text/event-stream');
  const seen = events(await response.text());
  expect(seen.map(({ type }) => type)).toEqual([
    'response.created',
    'response.output_item.added',
    'response.output_text.delta',
    'response.output_text.delta',
    'response.output_text.delta',
    'response.output_item.done',
    'response.completed',
  ]);
  expect(seen.at(-1)).toMatchObject({ response: { usage: { input_tokens: 7, output_tokens: 2, total_tokens: 9 } } });
  expect(await server.requests[0]?.ended).toBe('answered');
});

test('eachTurn follows the tool outputs of a turn, however often a request is repeated', async () => {
  const server = await open({ script: eachTurn(functionCall('exec_command', { cmd: 'ls' }), message('seen')) });
  const earlier = [prompt('before'), { type: 'function_call_output', call_id: 'a', output: 'old' }];
  const called = [...earlier, prompt('now')];
  for (const _ of [1, 2]) expect(await (await ask(server, { input: called })).text()).toContain('exec_command');
  const done = [...called, { type: 'function_call_output', call_id: 'b', output: 'made.txt' }];
  const answer = await ask(server, { input: [prompt('<environment_context>\nx</environment_context>'), ...done] });
  expect(await answer.text()).toContain('seen');
  const { body } = await server.waitForRequests(3);
  expect(prompts(body)).toEqual(['before', 'now']);
  expect(toolOutputs(body)).toEqual(['made.txt']);
});

test('eachTurn waits for a command that takes longer than the client waits by itself', async () => {
  const server = await open({ script: eachTurn(functionCall('exec_command', { cmd: 'slow' }), message('seen')) });
  const output = (text: string) => ({ type: 'function_call_output', call_id: 'a', output: text });
  const running = 'Chunk ID: 1f\nWall time: 10.0 seconds\nProcess running with session ID 73\nOutput:\nhalf';
  const soFar = [prompt('now'), output(running), output(running)];
  const { item } = events(await (await ask(server, { input: soFar })).text()).find(
    ({ type }) => type === 'response.output_item.done',
  ) as { item?: object } & { type: string };
  expect(item).toMatchObject({ name: 'write_stdin', arguments: expect.stringContaining('"session_id":73') });
  const whole = [...soFar, output('Process exited with code 0\nOutput:\nwhole')];
  expect(await (await ask(server, { input: whole })).text()).toContain('seen');
});

test('inOrder refuses first and answers then', async () => {
  const limit = httpError(429, { error: { message: 'slow down' } }, { headers: { 'retry-after': '7' } });
  const server = await open({ script: inOrder(limit, failed('server_error', 'broke'), message('at last')) });
  const refused = await ask(server);
  expect([refused.status, refused.headers.get('retry-after'), await refused.json()]).toEqual([
    429,
    '7',
    { error: { message: 'slow down' } },
  ]);
  expect(events(await (await ask(server)).text()).at(-1)).toMatchObject({
    type: 'response.failed',
    response: { error: { code: 'server_error', message: 'broke' } },
  });
  for (const _ of [1, 2]) expect(await (await ask(server)).text()).toContain('at last');
});

test('gates hold an answer before its status and in its middle', async () => {
  const before = createGate();
  const midway = createGate();
  const server = await open({ script: eachTurn(message('half and half', { before, midway })) });
  const answer = ask(server);
  await before.reached;
  expect(server.requests[0]).toMatchObject({ outcome: 'open', eventsSent: 0 });
  before.release();
  const response = await answer;
  await midway.reached;
  expect(server.requests[0]?.eventsSent).toBe(3);
  midway.release();
  expect(events(await response.text()).at(-1)?.type).toBe('response.completed');
});

test('a client that leaves is noticed, before the answer and in its middle', async () => {
  const midway = createGate();
  const before = createGate();
  const server = await open({ script: inOrder(message('never read', { midway }), message('never sent', { before })) });
  const leaving = new AbortController();
  await ask(server, {}, { signal: leaving.signal });
  await midway.reached;
  leaving.abort();
  expect(await server.requests[0]?.ended).toBe('client-left');

  const impatient = new AbortController();
  const unanswered = ask(server, {}, { signal: impatient.signal }).catch((error: unknown) => String(error));
  await before.reached;
  impatient.abort();
  expect(await unanswered).toContain('AbortError');
  expect(await server.requests[1]?.ended).toBe('client-left');
  expect(server.requests[1]?.eventsSent).toBe(0);
});

test('broken streams and hung-up requests are cut', async () => {
  const server = await open({ script: inOrder(brokenStream('half a'), hangUp()) });
  await expect(ask(server).then((response) => response.text())).rejects.toThrow('terminated');
  await expect(ask(server)).rejects.toThrow('fetch failed');
  expect(server.requests.map(({ outcome }) => outcome)).toEqual(['cut', 'cut']);
});

test('an endless stream stops writing when nobody reads, and ends with the client', async () => {
  const server = await open({ script: eachTurn(endlessStream('x'.repeat(65_536))) });
  const request = http.request(`${server.baseUrl}/responses`, { method: 'POST' });
  const arrived = new Promise<http.IncomingMessage>((resolve) => request.on('response', resolve));
  request.end(JSON.stringify({ model: 'corp-model', input: [prompt('go')] }));
  const response = await arrived;
  const { ended } = await server.waitForRequests(1);
  const sent = () => server.requests[0]?.eventsSent ?? 0;
  // Buffers fill until the count stands still over many turns of the event loop.
  for (let previous = -1, still = 0; still < 50; ) {
    await new Promise((resolve) => setTimeout(resolve, 2));
    still = sent() === previous ? still + 1 : 0;
    previous = sent();
  }
  const stalledAt = sent();
  expect(stalledAt).toBeLessThan(2_000);
  while (sent() <= stalledAt + 10) response.read() ?? (await new Promise(setImmediate));
  response.destroy();
  expect(await ended).toBe('client-left');
});

test.each(['gzip', 'zstd'] as const)('%s bodies are read', async (encoding) => {
  const server = await open();
  const plain = JSON.stringify({ model: 'm', input: [prompt('small')] });
  const body = encoding === 'gzip' ? zlib.gzipSync(plain) : zlib.zstdCompressSync(plain);
  const response = await ask(server, {}, { body, headers: { 'content-encoding': encoding } });
  expect(await response.text()).toContain('Done.');
  expect(server.requests[0]).toMatchObject({ bodyBytes: body.length, body: { model: 'm' } });
});

test('a raw stream sends exactly what it was given', async () => {
  const server = await open({ script: eachTurn(rawStream([{ send: { type: 'response.strange', odd: 1 } }])) });
  expect(events(await (await ask(server)).text()).map(({ type }) => type)).toEqual([
    'response.created',
    'response.strange',
  ]);
});

test('models, keys, unknown paths and upgrades', async () => {
  const server = await open({ models: ['small', 'large'], apiKey: 'sk-right' });
  const headers = { authorization: 'Bearer sk-right' };
  expect(await (await fetch(`${server.baseUrl}/models`, { headers })).json()).toMatchObject({
    object: 'list',
    data: [{ id: 'small' }, { id: 'large' }],
  });
  const forCodex = await fetch(`${server.baseUrl}/models?client_version=0.169.0`, { headers });
  expect(forCodex.headers.get('etag')).toMatch(/^"[0-9a-f]{16}"$/);
  expect(await forCodex.json()).toMatchObject({ models: [{ slug: 'small' }, { slug: 'large' }] });
  expect((await fetch(`${server.baseUrl}/models`, { headers: { authorization: 'Bearer sk-wrong' } })).status).toBe(401);
  expect((await fetch(`${server.baseUrl}/nothing`, { headers })).status).toBe(404);
  expect((await ask(server, {}, { body: 'not json', headers })).status).toBe(400);
  const upgrade = http.get(`${server.baseUrl}/responses`, { headers: { connection: 'upgrade', upgrade: 'websocket' } });
  const refused = await new Promise<http.IncomingMessage>((resolve) => upgrade.on('response', resolve));
  expect([refused.statusCode, await text(refused)]).toEqual([426, '']);
  expect(server.otherRequests.map(({ status }) => status)).toEqual([200, 200, 401, 404, 400, 426]);
  expect(server.requests).toEqual([]);
});

test('the server goes down, cutting what is open, and comes back on its port', async () => {
  const midway = createGate();
  const server = await open({ script: inOrder(message('cut off', { midway }), message('back again')) });
  const response = await ask(server);
  await midway.reached;
  await server.goDown();
  await expect(response.text()).rejects.toThrow('terminated');
  await expect(ask(server)).rejects.toThrow('fetch failed');
  await server.comeBack();
  expect(await (await ask(server)).text()).toContain('back again');
});
