import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import { isOfProof, proofAddress } from '#server/stock-client/proof-address.ts';
import { freePort } from '#testing/free-port.ts';
import { openRelay } from './open-relay.ts';

/** Answers each connection with whether it is one of a proof, once it was spoken to. */
async function listenOn(host: string): Promise<number> {
  const server = createServer((socket: Socket) => {
    socket.once('data', () => socket.end(String(isOfProof(socket))));
  }).listen({ host, port: 0 });
  await once(server, 'listening');
  onTestFinished(() => void server.close());
  return (server.address() as AddressInfo).port;
}

async function ask(host: string, port: number): Promise<string> {
  const socket = connect({ host, port });
  socket.write('ask');
  const [answer] = await once(socket, 'data');
  socket.destroy();
  return String(answer);
}

const own = { '0.0.0.0': '127.0.0.1', '::': '127.0.0.1', '127.0.0.1': '127.0.0.1', '::1': '::1' };

test.each(Object.entries(own))('a server on %s tells calls of a proof from others', async (host, other) => {
  const port = await listenOn(host);
  const relay = await openRelay(`https://reeve.example:${port}`, { listenAddress: { host, port }, authorityPem: null });
  expect(relay.listenAddress).toEqual({ host: proofAddress, port });
  expect(await ask(relay.listenAddress.host, port)).toBe('true');
  expect(await ask(other, port)).toBe('false');
  await relay.close();
  expect(await ask(other, port)).toBe('false');
});

test.each(Object.entries(own))('also on %s behind another public port', async (host, other) => {
  // Another port than the one Reeve listens on, as where a proxy stands before it.
  const [port, publicPort] = [await listenOn(host), await freePort(proofAddress)];
  const place = { listenAddress: { host, port }, authorityPem: null };
  const relay = await openRelay(`https://reeve.example:${publicPort}`, place);
  expect(await ask(relay.listenAddress.host, publicPort)).toBe('true');
  expect(await ask(other, port)).toBe('false');
  await relay.close();
});

test('behind a proxy of this computer, what it was called with from here is of a proof', () => {
  const socket = { localAddress: '127.0.0.1', remoteAddress: '127.0.0.1', remotePort: 4000 };
  expect(isOfProof(socket, '127.0.0.1')).toBe(true);
  expect(isOfProof(socket, '127.0.0.1, 203.0.113.5')).toBe(false);
  expect(isOfProof({ ...socket, remoteAddress: '203.0.113.5' }, '127.0.0.1')).toBe(false);
  expect(isOfProof(socket)).toBe(false);
});
