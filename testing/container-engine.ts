import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readFile, rename, rm, writeFile } from 'node:fs/promises';
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

/** Docker, Docker with gVisor beside its own runtime, or Podman. */
export type EngineKind = 'docker' | 'runsc' | 'podman';

const cacheFolder = join(import.meta.dirname, '../node_modules/.cache/reeve');
/** Podman looks for one without a place in its registries, and calls what it imports the latest. */
const imageFor = (kind: EngineKind) => (kind === 'podman' ? 'localhost/reeve-test:latest' : 'reeve-test:1');
/** Changes with what is in it. */
const rootFolderFile = join(cacheFolder, 'container-rootfs-bookworm-1.tar');
/** Debian's packages, by the programs that must be there. gVisor is among the backports only. */
const needed: Record<EngineKind, Record<string, string>> = {
  docker: { dockerd: 'docker.io', mmdebstrap: 'mmdebstrap' },
  runsc: { dockerd: 'docker.io', mmdebstrap: 'mmdebstrap', runsc: 'runsc' },
  podman: { podman: 'podman', runc: 'runc', mmdebstrap: 'mmdebstrap' },
};

/** Debian's administration programs, the engine among them, are not on everybody's path. */
const withPrograms = { ...process.env, PATH: `${process.env.PATH ?? ''}:/usr/local/sbin:/usr/sbin:/sbin` };

/** Runs to its end. @throws Error with the last lines it said */
function run(command: string, args: readonly string[], seconds: number): Promise<void> {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, {
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { ...withPrograms, DEBIAN_FRONTEND: 'noninteractive' },
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

async function install(kind: EngineKind): Promise<void> {
  const missing = Object.entries(needed[kind]).filter(([program]) => !isInstalled(program));
  if (missing.length === 0) return;
  const packages = missing.map(([, name]) => name);
  if (!isInstalled('apt-get'))
    throw new Error(`${packages.join(', ')}: not there, and no apt-get to install them with`);
  // Other tests install things at the same time.
  const patient = ['-o', 'DPkg::Lock::Timeout=240'];
  await run('apt-get', ['update', '-qq', ...patient], 180);
  await run('apt-get', ['install', '-y', '-qq', '--no-install-recommends', ...patient, ...packages], 300);
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

async function importImage(socketPath: string, { file, image }: { file: string; image: string }): Promise<void> {
  const docker = new Docker({ socketPath });
  const [repo, tag] = image.split(':');
  const said = await docker.importImage(file, { repo, tag });
  await text(said as unknown as Readable);
  await docker.getImage(image).inspect();
}

interface Command {
  program: string;
  args: string[];
  env: Record<string, string>;
}

/** gVisor's own network does not work with every kernel; in a container's empty one, the machine's calls are enough. */
async function dockerCommand(folder: string, socketPath: string, hasRunsc: boolean): Promise<Command> {
  const wrapper = join(folder, 'runsc');
  if (hasRunsc)
    await writeFile(wrapper, '#!/bin/sh\nexec /usr/bin/runsc --platform=systrap --network=host "$@"\n', {
      mode: 0o755,
    });
  const places = ['--data-root', join(folder, 'data'), '--exec-root', join(folder, 'exec'), '-p', join(folder, 'pid')];
  const closed = ['--bridge=none', '--iptables=false', '--ip6tables=false'];
  const runtimes = hasRunsc ? [`--add-runtime=runsc=${wrapper}`] : [];
  return { program: 'dockerd', args: [...places, '-H', `unix://${socketPath}`, ...closed, ...runtimes], env: {} };
}

/** Without systemd, and where root may not raise every limit. */
const podmanSettings = `[containers]
default_ulimits = ["nofile=1024:4096", "nproc=1024:2048"]
[engine]
runtime = "runc"
cgroup_manager = "cgroupfs"
events_logger = "file"
`;

async function podmanCommand(folder: string, socketPath: string): Promise<Command> {
  const settings = join(folder, 'containers.conf');
  await writeFile(settings, podmanSettings);
  const places = ['--root', join(folder, 'data'), '--runroot', join(folder, 'run'), '--tmpdir', join(folder, 'tmp')];
  const serve = ['system', 'service', '--time=0', `unix://${socketPath}`];
  return { program: 'podman', args: [...places, ...serve], env: { CONTAINERS_CONF: settings } };
}

/** The engine's programs and the file its image is made of. @throws Error where there can be none */
export async function prepareContainerEngine(kind: EngineKind = 'docker'): Promise<string> {
  if (process.platform !== 'linux' || process.getuid?.() !== 0)
    throw new Error('an engine can be started by root on Linux only');
  await install(kind);
  return await rootFolder();
}

async function startEngine(kind: EngineKind): Promise<ContainerEngine> {
  const rootfs = await prepareContainerEngine(kind);
  const folder = await mkdtemp('/var/tmp/reeve-engine-');
  const socketPath = join(folder, 'engine.sock');
  const image = imageFor(kind);
  const { program, args, env } =
    kind === 'podman'
      ? await podmanCommand(folder, socketPath)
      : await dockerCommand(folder, socketPath, kind === 'runsc');
  const child = spawn(program, args, { stdio: ['ignore', 'ignore', 'pipe'], env: { ...withPrograms, ...env } });
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
    await importImage(socketPath, { file: rootfs, image });
  } catch (error) {
    await stop();
    throw error;
  }
  return { socketPath, image, stop };
}

/** In large letters: a leg that does not run must not look like one that passed. */
function shout(what: string, why: string, how: string): void {
  const line = '!'.repeat(100);
  process.stderr.write(`\n${line}\nTHE TESTS IN ${what} DID NOT RUN: ${why}\n${how}\n${line}\n\n`);
}

const names: Record<EngineKind, string> = {
  docker: 'REAL CONTAINERS',
  runsc: 'REAL CONTAINERS OF GVISOR',
  podman: 'REAL CONTAINERS OF PODMAN',
};

/**
 * Debian's engine, installed if it must be, with a data folder and a socket of its own. Null, loudly, where it cannot be started; tests
 * then use `describe.runIf`. Whoever starts it stops it.
 */
export async function startContainerEngine(kind: EngineKind = 'docker'): Promise<ContainerEngine | null> {
  try {
    return await startEngine(kind);
  } catch (error) {
    const packages = Object.values(needed[kind]).join(', ');
    const why = error instanceof Error ? error.message : String(error);
    shout(names[kind], why, `They need root on Linux with ${packages} (apt-get; runsc is in bookworm-backports).`);
    return null;
  }
}

/** As above, where the variable is 1: what few machines have is tested when somebody asks for it. */
export async function startAskedEngine(
  kind: 'runsc' | 'podman',
  variable: 'REEVE_TEST_RUNSC' | 'REEVE_TEST_PODMAN',
): Promise<ContainerEngine | null> {
  if (process.env[variable] === '1') return startContainerEngine(kind);
  shout(names[kind], 'nobody asked for them.', `Ask with ${variable}=1.`);
  return null;
}
