import { connect, type Socket } from 'node:net';
import { afterEach, expect, test } from 'vitest';
import { access, askInside, type EgressWorld, openEgressWorld, plain, readAll } from '#testing/egress-world.ts';
import type { EgressProxyOptions } from './egress-policy.ts';
import { mostLookUps } from './look-up.ts';

let closing: (() => Promise<unknown> | undefined)[] = [];
afterEach(async () => {
  for (const close of closing.reverse()) await close();
  closing = [];
});

/** Names that begin with “silent” belong to servers that never say anything. */
async function open(options: Partial<EgressProxyOptions> = {}): Promise<EgressWorld> {
  const asked: string[] = [];
  const world = await openEgressWorld({
    policy: access({ preset: 'all', methods: 'all' }),
    resolve: (name) => {
      asked.push(name);
      return name.startsWith('silent') ? new Promise(() => undefined) : Promise.resolve(['93.184.215.14']);
    },
    ...options,
  });
  closing.push(() => world.close());
  return { ...world, lookups: asked };
}

function say(world: EgressWorld, bytes: string): Socket {
  const socket = connect({ path: world.socketPath });
  socket.on('error', () => undefined);
  socket.write(bytes);
  return socket;
}

const tunnel = (world: EgressWorld, at: number) =>
  say(world, `CONNECT silent-${at}.example:443 HTTP/1.1\r\nHost: silent-${at}.example:443\r\n\r\n`);
const tunnels = (world: EgressWorld, count: number) => Array.from({ length: count }, (_, at) => tunnel(world, at));
const silent = (count: number) => Array.from({ length: count }, (_, at) => `silent-${at}.example`);
const example = (world: EgressWorld) => askInside(world, 'example.com:443', plain('GET', 'example.com', '/'));

test('however many wait for names, few are looked up at once, and Reeve is reached beside them', async () => {
  const world = await open();
  const sockets = tunnels(world, 200);
  await expect.poll(() => world.lookups.length).toBe(mostLookUps);
  const gateway = 'gateway.reeve.example:8443';
  expect(await askInside(world, gateway, plain('GET', gateway, '/v1/whoami'))).toMatch(/^HTTP\/1.1 200/);
  const answered = example(world);
  expect(world.lookups).toEqual(silent(mostLookUps));
  for (const socket of sockets) socket.destroy();
  expect(await answered).toMatch(/^HTTP\/1.1 200/);
  const left = () => world.attempts.filter(({ host }) => host.startsWith('silent'));
  await expect.poll(() => left().length).toBe(200);
  expect(new Set(left().map(({ rule, address }) => `${rule} ${address}`))).toEqual(new Set(['preset-all null']));
});

test('the end of the proxy ends what is looked up and what waits for it', async () => {
  const world = await open();
  tunnels(world, 100);
  await expect.poll(() => world.lookups.length).toBe(mostLookUps);
  await world.proxy.close();
  expect(world.lookups).toHaveLength(mostLookUps);
  // Of those that had arrived by then.
  expect(world.attempts.length).toBeGreaterThanOrEqual(mostLookUps);
});

test('a name that nobody knows in time is unknown, and the next has its turn', async () => {
  const world = await open({ longestLookUpMs: 20 });
  const answers = await Promise.all(tunnels(world, 2 * mostLookUps + 1).map((socket) => readAll(socket, /\r\n\r\n/)));
  for (const answer of answers) expect(answer).toMatch(/^HTTP\/1.1 502[\s\S]*x-reeve-egress: name-unknown/);
  expect(new Set(world.attempts.map(({ rule }) => rule))).toEqual(new Set(['name-unknown']));
  expect(world.lookups.toSorted()).toEqual(silent(2 * mostLookUps + 1).toSorted());
  expect(await example(world)).toMatch(/^HTTP\/1.1 200/);
});

const upgrade = 'Connection: Upgrade\r\nUpgrade: websocket\r\n';
test.each([
  ['a plain request', ''],
  ['an upgrade', upgrade],
])('%s whose client left waits for no name', async (_what, more) => {
  const world = await open();
  const ask = (host: string) => say(world, `GET http://${host}/ HTTP/1.1\r\nHost: ${host}\r\n${more}\r\n`);
  const sockets = silent(mostLookUps + 1).map(ask);
  await expect.poll(() => world.lookups.length).toBe(mostLookUps);
  for (const socket of sockets) socket.destroy();
  await expect.poll(() => world.attempts.length).toBe(mostLookUps + 1);
  expect(await example(world)).toMatch(/^HTTP\/1.1 200/);
});
