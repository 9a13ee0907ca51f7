import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';
import { Readable } from 'node:stream';
import { setImmediate } from 'node:timers/promises';
import { afterEach, expect, test } from 'vitest';
import { sendWhole } from './link-messages.ts';

const open: (() => void)[] = [];
afterEach(() => {
  for (const end of open.splice(0)) end();
});

async function pair(): Promise<{ near: Socket; far: Socket }> {
  const server = createServer({ allowHalfOpen: true }).listen(0, '127.0.0.1');
  open.push(() => void server.close());
  await once(server, 'listening');
  const { port } = server.address() as { port: number };
  const near = connect({ host: '127.0.0.1', port, allowHalfOpen: true });
  const [far] = (await once(server, 'connection')) as [Socket];
  for (const socket of [near, far]) {
    socket.on('error', () => socket.destroy());
    open.push(() => socket.destroy());
  }
  return { near, far };
}

test('content is sent when the other end says that it has it, and not when it has left', async () => {
  const { near, far } = await pair();
  let isSent = false;
  const sending = sendWhole(Readable.from([Buffer.alloc(1_000_000)]), near).then(() => {
    isSent = true;
  });
  await once(far.resume(), 'end');
  for (let turn = 0; turn < 10; turn += 1) await setImmediate();
  expect(isSent).toBe(false);
  far.end();
  await sending;
});

test('nobody waits for an end that has broken off', async () => {
  const { near, far } = await pair();
  const sending = sendWhole(Readable.from(['content']), near);
  await once(far.resume(), 'end');
  far.resetAndDestroy();
  await sending;
});
