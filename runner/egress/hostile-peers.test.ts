import { type AddressInfo, connect, createServer } from 'node:net';
import { afterEach, expect, it } from 'vitest';
import { noInternet } from '#contract/internet-access.ts';
import { access, type EgressWorld, openEgressWorld, sendRaw } from '#testing/egress-world.ts';

// What ends the runner ends every task on it: an error that nobody catches fails these tests by itself.
let closing: (() => Promise<unknown> | undefined)[] = [];
afterEach(async () => {
  for (const close of closing.reverse()) await close();
  closing = [];
});

async function open(options: Parameters<typeof openEgressWorld>[0]): Promise<EgressWorld> {
  const world = await openEgressWorld(options);
  closing.push(() => world.close());
  return world;
}

/** A server that answers each connection with these bytes. */
async function answering(reply: string, onAsked = () => undefined as unknown): Promise<number> {
  const server = createServer((socket) => {
    socket.on('error', () => undefined);
    socket.once('data', () => socket.end(reply, 'latin1')).once('data', onAsked);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  closing.push(async () => server.close());
  return (server.address() as AddressInfo).port;
}

const upgrade = 'Connection: Upgrade\r\nUpgrade: websocket\r\n';
const ask = (more = '') => `GET http://example.com/ HTTP/1.1\r\nHost: example.com\r\n${more}\r\n`;

it('an upgrade behind a request that has no answer yet is an ordinary request', async () => {
  const world = await open({ policy: { ...access(), access: noInternet } });
  const both = /(403 Forbidden[\s\S]*){2}/;
  expect(await sendRaw(world.socketPath, ask() + ask(upgrade), both)).toMatch(both);
  await expect.poll(() => world.attempts.map(({ rule }) => rule)).toEqual(['internet-off', 'internet-off']);
});

it('to a listed host it goes out without a word of upgrading', async () => {
  const world = await open({ policy: access({ domains: ['example.com'] }) });
  const post = ask('Content-Length: 0\r\n').replace('GET', 'POST');
  const both = /403 Forbidden[\s\S]*200 OK/;
  expect(await sendRaw(world.socketPath, post + ask(upgrade), both)).toMatch(both);
  await expect.poll(() => world.attempts.map(({ rule }) => rule)).toEqual(['method-not-allowed', 'listed-domain']);
  expect(world.seen).toHaveLength(1);
  expect(Object.keys(world.seen[0]?.headers ?? {})).not.toContain('upgrade');
  expect(world.seen[0]?.headers.connection ?? '').not.toMatch(/upgrade/i);
});

it.each([
  ['a control character in its status', 'HTTP/1.1 400 Bad\x01\r\nContent-Length: 0\r\n\r\n'],
  ['a status that is none', 'HTTP/1.1 099 x\r\nContent-Length: 0\r\n\r\n'],
  ['a status of one byte that nobody writes', 'HTTP/1.1 304 \x7f\r\n\r\n'],
])('a server that answers with %s is told as one that did not answer', async (_name, reply) => {
  const port = await answering(reply);
  const connectTo = () => ({ host: '127.0.0.1', port });
  const world = await open({ policy: access({ preset: 'all', methods: 'all' }), connectTo });
  for (const more of ['', upgrade])
    expect(await sendRaw(world.socketPath, ask(more), /\r\n\r\n/)).toMatch(/^HTTP\/1.1 502 Bad Gateway\r\n/);
});

it('a connection that leads to Reeve and elsewhere ends with the policy that let it out', async () => {
  const asked = Promise.withResolvers<void>();
  const port = await answering('HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n', asked.resolve);
  const world = await open({
    policy: access({ preset: 'all', methods: 'all' }),
    gateway: {
      ...{ origin: 'http://gateway.reeve.example:8080', paths: ['/v1'], authorityPem: null },
      connect: { host: '127.0.0.1', port },
    },
  });
  // Never answered whole.
  world.answers.set('/', (_request, response) => void response.write('begun'));
  const socket = connect({ path: world.socketPath });
  const ended = new Promise((resolve) => socket.once('close', resolve));
  socket.on('error', () => undefined).resume();
  socket.write(ask());
  await expect.poll(() => world.seen.length).toBe(1);
  socket.write('GET http://gateway.reeve.example:8080/v1 HTTP/1.1\r\nHost: gateway.reeve.example:8080\r\n\r\n');
  await asked.promise;
  world.proxy.setPolicy({ ...access(), access: noInternet });
  await ended;
});
