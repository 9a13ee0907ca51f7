import http from 'node:http';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { createGate } from '#testing/gate.ts';
import { type GatewayServer, startGatewayServer } from '#testing/gateway-server.ts';
import { endlessStream, message, rawStream } from '#testing/servers/model-steps.ts';

/** One that gives an upstream up when it falls silent, and one that does when it does not answer: either may be slow in the other way. */
let server: GatewayServer;
let hasty: GatewayServer;
beforeAll(async () => {
  const environment = { REEVE_GATEWAY_UPSTREAM_TIMEOUT_SECONDS: '600', REEVE_GATEWAY_IDLE_TIMEOUT_SECONDS: '1' };
  server = await startGatewayServer({ environment });
  hasty = await startGatewayServer({ environment: { REEVE_GATEWAY_UPSTREAM_TIMEOUT_SECONDS: '1' } });
});
afterAll(async () => {
  await server.close();
  await hasty.close();
});

const body = JSON.stringify({ model: 'corp-model', stream: true, input: [] });
const call = ({ url, headers }: GatewayServer) => fetch(`${url}/responses`, { method: 'POST', headers, body });
const clear = async () => {
  await server.calls();
  await server.services.db.deleteFrom('model_calls').execute();
};

it('slows the upstream down for a client that does not read, and gives it up when that lasts', async () => {
  const count = server.upstream.requests.length;
  server.upstream.play(() => endlessStream('x'.repeat(16_000)));
  const request = http.request(`${server.url}/responses`, { method: 'POST', headers: server.headers });
  const answered = new Promise<http.IncomingMessage>((resolve) => request.on('response', resolve));
  request.on('error', () => {});
  request.end(body);
  const answer = await answered;
  answer.pause();
  const upstreamRequest = await server.upstream.waitForRequests(count + 1);
  expect(await upstreamRequest.ended).toBe('client-left');
  // Buffers of the sockets on the way, and nothing that grows: an unread second would be gigabytes otherwise.
  expect(upstreamRequest.eventsSent * 16_000).toBeLessThan(64 * 1024 * 1024);
  request.destroy();
  expect(await server.calls()).toMatchObject([{ outcome: 'cancelled', message: 'The client stopped reading.' }]);
  await clear();
});

it('tells of an upstream that does not answer in time, and of one that falls silent', async () => {
  const before = createGate();
  hasty.upstream.play(() => message('too late', { before }));
  const late = await call(hasty);
  expect(late.status).toBe(504);
  before.release();
  const midway = createGate();
  server.upstream.play(() => message('silent', { midway }));
  expect(await (await call(server)).text()).toContain('fell silent');
  midway.release();
  for (const each of [hasty, server])
    expect((await each.calls()).map(({ refusal_code }) => refusal_code)).toEqual(['upstream-timeout']);
  await clear();
});

it('survives a stream that ends without its last event', async () => {
  server.upstream.play(() => rawStream([{ send: { type: 'response.output_text.delta', delta: 'x' } }]));
  expect(await (await call(server)).text()).toContain('response.failed');
  await clear();
});
