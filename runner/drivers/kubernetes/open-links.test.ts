import { once } from 'node:events';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { connect, createServer, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { connectRunner } from './keeper/connect-runner.ts';
import { Begin, readLine } from './link-messages.ts';
import { type Link, type Links, openLinks } from './open-links.ts';
import { type PodLink, podLinkFor } from './running-pod.ts';

const mostWaiting = 8;
let [folder, links, waysOut]: [string, Links | null, Socket[]] = ['', null, []];
let open: (() => void)[] = [];
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'reeve-links-'));
  await mkdir(join(folder, 'w'));
  await writeFile(join(folder, 'authority.pem'), 'AUTHORITY\n');
  const proxy = createServer((socket) => {
    waysOut.push(socket);
    socket.write('way out\n');
  });
  await new Promise<void>((resolve) => proxy.listen(join(folder, 'egress.sock'), resolve));
  links = await openLinks(0, mostWaiting);
  open.push(() => void proxy.close());
});
afterEach(async () => {
  links?.close();
  for (const socket of waysOut) socket.destroy();
  for (const end of open) end();
  [open, waysOut] = [[], []];
  await rm(folder, { recursive: true, force: true });
});

async function linkOf(): Promise<{ pod: PodLink; link: Link; at: Parameters<typeof connectRunner>[0] }> {
  if (!links) throw new Error('not open');
  const limits = { cpus: 1, memoryMb: 256, processes: 10, diskMb: 10 };
  const pod: PodLink = podLinkFor({
    spec: {
      ...{
        name: 'x',
        attemptId: 'a',
        image: 'i',
        runtime: 'runc',
        command: ['true'],
        env: {},
        workingFolder: '/',
        limits,
      },
      ...{
        folders: { workspace: join(folder, 'w'), home: join(folder, 'w') },
        egressSocket: join(folder, 'egress.sock'),
      },
      readOnly: { codex: null, authority: join(folder, 'authority.pem') },
    },
    owner: null,
    session: () => link.session,
  });
  const link: Link = await links.open(pod);
  const { authorityPem, serverName } = link;
  return { pod, link, at: { host: '127.0.0.1', port: links.port, authorityPem, serverName } };
}

test('a killed task has no way out any more, also where its pod goes on', async () => {
  const { pod, link, at } = await linkOf();
  const control = await connectRunner(at, { secret: link.secret, kind: 'hello' });
  const { session } = Begin.parse(JSON.parse(await readLine(control)));
  const out = await connectRunner(at, { secret: session, kind: 'egress' });
  expect(await readLine(out)).toBe('way out');
  const hasEnded = Promise.all([once(waysOut[0] as Socket, 'close'), once(out, 'end')]);
  out.resume();
  pod.kill();
  await hasEnded;
  expect(await readLine(control)).toBe('{"order":"kill"}');
  const late = await connectRunner(at, { secret: session, kind: 'egress' });
  await expect(readLine(late)).rejects.toThrow('the connection ended');
  expect([control.destroyed, waysOut.length]).toEqual([false, 1]);
});

test('a pod that opens connections and says nothing does not keep the others out', async () => {
  const { link, at } = await linkOf();
  const silent = Array.from({ length: mostWaiting + 5 }, () => {
    const socket = connect({ host: at.host, port: at.port, localAddress: '127.0.0.9' });
    socket.on('error', () => socket.destroy());
    open.push(() => socket.destroy());
    return once(socket, 'close');
  });
  let ended = 0;
  for (const one of silent)
    void one.then(() => {
      ended += 1;
    });
  await expect.poll(() => ended).toBe(5);
  const control = await connectRunner(at, { secret: link.secret, kind: 'hello' });
  expect(await readLine(control)).toContain(link.session);
});

test('a pod that has many connections does not wait for them', async () => {
  const { link, at } = await linkOf();
  const control = await connectRunner(at, { secret: link.secret, kind: 'hello' });
  await readLine(control);
  for (let count = 0; count < 2 * mostWaiting; count += 1) {
    const socket = await connectRunner(at, { secret: link.session, kind: 'egress' });
    expect(await readLine(socket)).toBe('way out');
  }
  expect(waysOut).toHaveLength(2 * mostWaiting);
});
