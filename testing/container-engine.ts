import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readFile, rename, rm } from 'node:fs/promises';
import { request } from 'node:http';
import { join } from 'node:path';
import process from 'node:process';
import type { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import Docker from 'dockerode';

export interface ContainerEngine {
  socketPath: string;
  /** With bash, git, curl, ripgrep, openssl, perl and ps; no network is needed for it. */
  image: string;
  stop(): Promise<void>;
}

const cacheFolder = join(import.meta.dirname, '../node_modules/.cache/reeve');
const image = 'reeve-test:1';
/** Changes with what is in it. */
const rootFolderFile = join(cacheFolder, 'container-rootfs-bookworm-1.tar');
const programs = ['dockerd', 'mmdebstrap'];

/** Runs to its end. @throws Error with the last lines it said */
function run(command: string, args: readonly string[], seconds: number): Promise<void> {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, {
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
      timeout: seconds * 1000,
    });
    let said = '';
    for (const stream of [child.stdout, child.stderr])
      stream.on('data', (chunk) => {
        said = `${said}${chunk}`.slice(-2000);
      });
    child.once('error', reject);
    child.once('close', (code) =>
      code === 0 ? resolve() : reject(new Error(`${command} ${args[0]} ended with ${code}: ${said}`)),
    );
  });
}

const isInstalled = (program: string): boolean =>
  ['/usr/bin', '/usr/sbin', '/bin', '/sbin'].some((folder) => existsSync(join(folder, program)));

async function install(): Promise<void> {
  if (programs.every(isInstalled)) return;
  if (!isInstalled('apt-get')) throw new Error('there is no Docker here, and no apt-get to install Debian’s with');
  // Other tests install things at the same time.
  const patient = ['-o', 'DPkg::Lock::Timeout=240'];
  await run('apt-get', ['update', '-qq', ...patient], 180);
  await run('apt-get', ['install', '-y', '-qq', '--no-install-recommends', ...patient, 'docker.io', 'mmdebstrap'], 300);
}

/** Debian's smallest system and the tools that tasks use, made once. */
async function rootFolder(): Promise<string> {
  if (existsSync(rootFolderFile)) return rootFolderFile;
  await mkdir(cacheFolder, { recursive: true });
  const own = `${rootFolderFile}.${process.pid}.tar`;
  const left = ['/usr/share/doc/*', '/usr/share/man/*', '/usr/share/locale/*', '/usr/share/info/*'];
  await run(
    'mmdebstrap',
    [
      '--variant=minbase',
      '--include=ca-certificates,git,curl,ripgrep,procps',
      ...left.map((path) => `--dpkgopt=path-exclude=${path}`),
      'bookworm',
      own,
    ],
    420,
  );
  await rename(own, rootFolderFile);
  return rootFolderFile;
}

function ask(socketPath: string, path: string): Promise<number> {
  return new Promise((resolve, reject) => {
    const asked = request({ socketPath, path }, (response) => {
      response.resume();
      resolve(response.statusCode ?? 0);
    });
    asked.once('error', reject);
    asked.end();
  });
}

async function untilReady(engine: ChildProcess, socketPath: string, said: () => string): Promise<void> {
  for (;;) {
    if (engine.exitCode !== null) throw new Error(`dockerd ended: ${said()}`);
    const status = await ask(socketPath, '/_ping').catch(() => 0);
    if (status === 200) return;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

/** What a container that ended with its engine may leave mounted. */
async function unmountBelow(folder: string): Promise<void> {
  const mounts = (await readFile('/proc/mounts', 'utf8')).split('\n').map((line) => line.split(' ')[1] ?? '');
  for (const place of mounts.filter((one) => one.startsWith(`${folder}/`)).reverse())
    await run('umount', ['-l', place], 20).catch(() => undefined);
}

async function endContainers(socketPath: string): Promise<void> {
  const docker = new Docker({ socketPath });
  for (const { Id } of await docker.listContainers({ all: true }))
    await docker.getContainer(Id).remove({ force: true });
}

async function importImage(socketPath: string, file: string): Promise<void> {
  const docker = new Docker({ socketPath });
  const [repo, tag] = image.split(':');
  const said = await docker.importImage(file, { repo, tag });
  await text(said as unknown as Readable);
  await docker.getImage(image).inspect();
}

/** The engine's programs and the file its image is made of. @throws Error where there can be none */
export async function prepareContainerEngine(): Promise<string> {
  if (process.platform !== 'linux' || process.getuid?.() !== 0)
    throw new Error('an engine can be started by root on Linux only');
  await install();
  return await rootFolder();
}

async function startEngine(): Promise<ContainerEngine> {
  const rootfs = await prepareContainerEngine();
  const folder = await mkdtemp('/var/tmp/reeve-engine-');
  const socketPath = join(folder, 'docker.sock');
  const child = spawn(
    'dockerd',
    [
      ...['--data-root', join(folder, 'data'), '--exec-root', join(folder, 'exec'), '-p', join(folder, 'pid')],
      ...['-H', `unix://${socketPath}`, '--bridge=none', '--iptables=false', '--ip6tables=false'],
    ],
    { stdio: ['ignore', 'ignore', 'pipe'] },
  );
  let said = '';
  child.stderr.on('data', (chunk) => {
    said = `${said}${chunk}`.slice(-3000);
  });
  const stop = async () => {
    if (child.exitCode === null) {
      // A container whose output nobody reads any more can keep the engine waiting.
      const patience = new Promise((resolve) => setTimeout(resolve, 15_000).unref());
      await Promise.race([endContainers(socketPath).catch(() => undefined), patience]);
      const ended = new Promise((resolve) => child.once('exit', resolve));
      child.kill('SIGTERM');
      const timer = setTimeout(() => child.kill('SIGKILL'), 20_000);
      await ended;
      clearTimeout(timer);
    }
    await unmountBelow(folder);
    await rm(folder, { recursive: true, force: true, maxRetries: 5 });
  };
  try {
    await untilReady(child, socketPath, () => said);
    await importImage(socketPath, rootfs);
  } catch (error) {
    await stop();
    throw error;
  }
  return { socketPath, image, stop };
}

/** Why no engine can be started here, in large letters: a leg that does not run must not look like one that passed. */
function shout(why: string): void {
  const line = '!'.repeat(100);
  process.stderr.write(
    `\n${line}\nTHE TESTS IN REAL CONTAINERS DID NOT RUN: ${why}\n` +
      `They need root on Linux with Debian’s docker.io and mmdebstrap (apt-get).\n${line}\n\n`,
  );
}

/**
 * Debian's Docker, installed if it must be, with a data folder and a socket of its own. Null, loudly, where it cannot be started; tests
 * then use `describe.runIf`. Whoever starts it stops it.
 */
export async function startContainerEngine(): Promise<ContainerEngine | null> {
  try {
    return await startEngine();
  } catch (error) {
    shout(error instanceof Error ? error.message : String(error));
    return null;
  }
}
