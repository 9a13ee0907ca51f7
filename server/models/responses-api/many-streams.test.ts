import { afterAll, beforeAll, expect, it } from 'vitest';
import { createGate } from '#testing/gate.ts';
import { type GatewayServer, startGatewayServer } from '#testing/gateway-server.ts';
import { message, rawStream } from '#testing/servers/model-steps.ts';

let server: GatewayServer;
beforeAll(async () => {
  server = await startGatewayServer({
    environment: { REEVE_SHUTDOWN_TIMEOUT_SECONDS: '4' },
  });
});
afterAll(() => server.close());

const body = JSON.stringify({ model: 'corp-model', stream: true, input: [] });
const call = () => fetch(`${server.url}/responses`, { method: 'POST', headers: server.headers, body });
const clear = async () => {
  await server.calls();
  await server.services.db.deleteFrom('model_calls').execute();
};

it('carries 300 streams at once', async () => {
  const midway = createGate();
  let arrived = 0;
  server.upstream.play(() => {
    arrived += 1;
    if (arrived === 300) midway.release();
    return message('all together now', { midway, deltas: 20 });
  });
  const texts = await Promise.all(Array.from({ length: 300 }, async () => (await call()).text()));
  expect(texts.every((text) => text.includes('event: response.completed'))).toBe(true);
  const calls = await server.calls();
  expect(calls).toHaveLength(300);
  expect(new Set(calls.map(({ outcome }) => outcome))).toEqual(new Set(['completed']));
  await clear();
}, 120_000);

it('tells running clients when it stops, and refuses new calls', async () => {
  const midway = createGate();
  server.upstream.play(() => rawStream([{ wait: midway }]));
  const answer = await call();
  const text = answer.text();
  server.services.signals.emit('stopping');
  const refused = await call();
  expect([refused.status, refused.headers.get('retry-after')]).toEqual([503, '2']);
  await server.gateway.close();
  expect(await text).toContain('Reeve is stopping');
  midway.release();
  const calls = await server.services.db
    .selectFrom('model_calls')
    .select(['outcome', 'refusal_code'])
    .orderBy('outcome')
    .execute();
  expect(calls).toEqual([
    { outcome: 'failed', refusal_code: 'shutting-down' },
    { outcome: 'refused', refusal_code: 'shutting-down' },
  ]);
});
