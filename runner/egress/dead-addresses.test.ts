import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { LRUCache } from 'lru-cache';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { access, openEgressWorld, plain, secureTunnel, sendRaw } from '#testing/egress-world.ts';
import { openConnection } from './open-connection.ts';

let closing: (() => unknown)[] = [];
/** Connections to a server that takes them and never says a word. */
let held: Socket[];
let port: number;

beforeEach(async () => {
  held = [];
  const server = createServer((socket) => {
    socket.on('error', () => undefined).resume();
    held.push(socket);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  port = (server.address() as AddressInfo).port;
  closing.push(() => server.close());
});
afterEach(async () => {
  vi.useRealTimers();
  for (const socket of held) socket.destroy();
  for (const close of closing.reverse()) await close();
  closing = [];
});

async function open(addresses: string[]) {
  const dialled: string[] = [];
  const world = await openEgressWorld({
    policy: access({ preset: 'all', methods: 'all' }),
    resolve: async () => addresses,
    connectTo: (address) => {
      dialled.push(address);
      return { host: '127.0.0.1', port };
    },
  });
  closing.push(() => world.close());
  return { ...world, dialled };
}

const upgradeTo = (path: string, host = 'example.com') =>
  `GET ${path} HTTP/1.1\r\nHost: ${host}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n`;
const dead = ['93.184.215.14', '93.184.215.15'];

test('an upgrade to dead addresses does not outlive its proxy', async () => {
  const world = await open(dead);
  const secured = await secureTunnel(world, 'example.com:443');
  secured.on('error', () => undefined).write(upgradeTo('/'));
  await expect.poll(() => held.length).toBe(1);
  await world.proxy.close();
  // The second address was not tried, as it would have been after the first.
  expect(world.dialled).toEqual(dead.slice(0, 1));
  expect(world.attempts).toMatchObject([{ method: 'GET', rule: 'preset-all', address: dead[0], status: null }]);
  await expect.poll(() => held.every(({ closed }) => closed)).toBe(true);
});

test.each(['inside TLS', 'to a plain server'])('nor its client, %s', async (where) => {
  const world = await open(dead);
  const client =
    where === 'inside TLS' ? await secureTunnel(world, 'example.com:443') : connect({ path: world.socketPath });
  client.on('error', () => undefined).write(upgradeTo(where === 'inside TLS' ? '/' : 'http://example.com/'));
  await expect.poll(() => held.length).toBe(1);
  client.destroy();
  await expect.poll(() => world.attempts).toMatchObject([{ method: 'GET', rule: 'preset-all', address: dead[0] }]);
  await expect.poll(() => held.every(({ closed }) => closed)).toBe(true);
  await world.proxy.close();
  expect([world.attempts.length, world.dialled.length]).toEqual([1, 1]);
});

test('an ordinary request ends its dialling with its client, too', async () => {
  const world = await open(dead);
  const secured = await secureTunnel(world, 'example.com:443');
  secured.on('error', () => undefined).write(plain('GET', 'example.com', '/'));
  await expect.poll(() => held.length).toBe(1);
  secured.destroy();
  await expect.poll(() => held.every(({ closed }) => closed)).toBe(true);
  await expect.poll(() => world.attempts).toHaveLength(1);
  expect(world.dialled).toHaveLength(1);
});

test.each([
  [
    'of one kind',
    ['1.1.1.1', '1.1.1.2', '1.1.1.3', '1.1.1.4', '1.1.1.5'],
    ['1.1.1.1', '1.1.1.2', '1.1.1.3', '1.1.1.4'],
  ],
  [
    'of both kinds',
    ['1.1.1.1', '1.1.1.2', '1.1.1.3', '2606:4700::1', '2606:4700::2', '2606:4700::3'],
    ['1.1.1.1', '1.1.1.2', '2606:4700::1', '2606:4700::2'],
  ],
  [
    'of both kinds, one of the second',
    ['1.1.1.1', '1.1.1.2', '1.1.1.3', '1.1.1.4', '2606:4700::1'],
    ['1.1.1.1', '1.1.1.2', '1.1.1.3', '2606:4700::1'],
  ],
])('of many addresses %s four are tried', async (_what, addresses, tried) => {
  const world = await open(addresses);
  port = 1;
  const text = await sendRaw(world.socketPath, plain('GET', 'example.com', 'http://example.com/'));
  expect(text).toMatch(/^HTTP\/1.1 502[\s\S]*x-reeve-egress: unreachable/);
  expect(world.dialled).toEqual(tried);
});

test('all of them together have one time limit', async () => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  const way = {
    target: { scheme: 'https' as const, host: 'example.com', port: 443 },
    addresses: dead,
    ...{ trust: {}, sessions: new LRUCache<string, Buffer>({ max: 1 }) },
    connectTo: () => ({ host: '127.0.0.1', port }),
    dialled: () => undefined,
  };
  const opened = expect(openConnection(way, new AbortController().signal)).rejects.toMatchObject({
    message: 'no connection within 20 s',
    rule: null,
  });
  await vi.waitUntil(() => held.length === 1, { timeout: 30_000, interval: 1 });
  vi.advanceTimersByTime(20_000);
  await opened;
});
