import { copyFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:net';
import { join as path } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { setTimeout } from 'node:timers/promises';
import type { TLSSocket } from 'node:tls';
import { inside } from '../../inside.ts';
import { folderBytes } from '../../process/watch-limits.ts';
import {
  Begin,
  join,
  type OpeningKind,
  readLine,
  sendWhole,
  silenceMs,
  ToKeeper,
  type ToRunner,
  writeLine,
} from '../link-messages.ts';
import { packFolders, takeSnapshot } from '../pack-folders.ts';
import { podPlaces } from '../pod-places.ts';
import { unpackFolders } from '../unpack-folders.ts';
import { requireClosedNetwork } from './closed-network.ts';
import { connectRunner, type RunnerAddress } from './connect-runner.ts';
import { readKeeperConfig } from './keeper-config.ts';
import { openPodPipes, type PodPipes } from './pod-pipes.ts';

const kept = { workspace: inside.workspace, home: inside.home };
const megabyte = 1024 * 1024;
const lookMs = 1000;
const mostConnections = 512;

type Open = (kind: OpeningKind) => Promise<TLSSocket>;

/** 127.0.0.1:3128 of the pod, which both containers share, leads to the task's proxy at the runner. */
async function openWayOut(open: Open): Promise<Server> {
  const server = createServer({ allowHalfOpen: true }, (inner) => {
    inner.on('error', () => inner.destroy());
    open('egress').then(
      (outer) => join(inner, outer),
      () => inner.destroy(),
    );
  });
  server.maxConnections = mostConnections;
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(inside.proxyPort, '127.0.0.1', resolve);
  });
  return server;
}

async function takeFolders(open: Open): Promise<void> {
  const archive = await open('folders-in');
  await unpackFolders(archive, { ...kept, client: inside.codex, authority: podPlaces.authority });
  archive.end();
  await copyFile(path(podPlaces.authority, 'ca.pem'), path(podPlaces.authority, 'ca-certificates.crt'));
}

async function diskBytes(most: number): Promise<number> {
  const workspace = await folderBytes(inside.workspace, most);
  return workspace + (await folderBytes(inside.home, Math.max(0, most - workspace)));
}

async function watchDisk(diskMb: number, onPassed: () => void): Promise<void> {
  for (;;) {
    const begun = performance.now();
    if ((await diskBytes(diskMb * megabyte + 1)) > diskMb * megabyte) return onPassed();
    await setTimeout(Math.max(lookMs, 4 * (performance.now() - begun)));
  }
}

async function work(control: TLSSocket, runner: RunnerAddress, pipes: PodPipes): Promise<void> {
  const say = (message: ToRunner) => writeLine(control, message);
  const begin = Begin.parse(JSON.parse(await readLine(control)));
  const open: Open = (kind) => connectRunner(runner, { secret: begin.session, kind });
  const wayOut = await openWayOut(open);
  await takeFolders(open);
  const before = await takeSnapshot(kept);
  const sent = Promise.all([
    pipeline(pipes.stdout, await open('stdout')),
    pipeline(pipes.stderr, await open('stderr')),
  ]);
  sent.catch(() => control.destroy());
  void pipes.done.then((code) => pipes.letGo(code));
  await pipes.begin(begin);
  say({ say: 'started' });
  void watchDisk(begin.diskMb, () => {
    say({ say: 'disk-limit' });
    void pipes.letGo(null);
  });
  for (;;) {
    const { order } = ToKeeper.parse(JSON.parse(await readLine(control)));
    if (order === 'kill') {
      wayOut.close();
      await pipes.letGo(null);
    }
    if (order !== 'collect') continue;
    await pipes.close();
    await sent;
    const out = await open('folders-out');
    await sendWhole(packFolders(kept, before), out);
    say({ say: 'collected', diskMb: Math.round((await diskBytes(Number.MAX_SAFE_INTEGER)) / megabyte) });
  }
}

/** Beside a task, in its pod: brings its folders, keeps its one way out, and ends it as soon as the runner is silent. */
async function keep(): Promise<void> {
  const { secret, closed, ...runner } = readKeeperConfig();
  // First, so that the task's container ends whatever becomes of this one.
  const pipes = await openPodPipes();
  const control = await connectRunner(runner, { secret, kind: 'hello' });
  // Whatever ends this process lets go of the leash, and the task is over.
  control.setTimeout(silenceMs, () => control.destroy());
  control.once('close', () => process.exit(0));
  try {
    await Promise.all(closed.map(requireClosedNetwork));
    await work(control, runner, pipes);
  } catch (error) {
    // There is nobody to tell.
    if (control.readableEnded || control.destroyed) process.exit(1);
    writeLine(control, { say: 'refused', why: (error as Error).message.slice(0, 1000) });
    control.end();
    await setTimeout(2000);
    process.exit(1);
  }
}

await keep();
