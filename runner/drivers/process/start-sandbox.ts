import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import type { Readable, Writable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { endGroup } from '../../end-group.ts';
import { type ContainerSpec, refuseZeroBytes } from '../driver.ts';
import { unlessAborted } from '../unless-aborted.ts';
import { threadsOfUser } from './process-tree.ts';
import { type SandboxPlaces, sandboxArguments } from './sandbox-arguments.ts';

export interface SandboxOptions {
  bubblewrap: string;
  etc: string;
  owner: { uid: number; gid: number };
  /** This process is root: the container gets a user of its own. Else it is this very user, in namespaces. */
  isRoot: boolean;
  /** Found in the environment of what outlives this process, by `reap`. */
  mark: { name: string; value: string };
  /** Until it stands. */
  signal: AbortSignal;
}

export interface Sandbox {
  child: ChildProcess;
  stdout: Readable;
  stderr: Readable;
  /** Its first process, as this machine counts; the others end with it. */
  init: number;
  /** Until then nothing of the command has run. */
  letGo(): void;
}

const searchPath = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';

// A private mount namespace in which the container's user reaches its folders: those above them belong to the runner alone.
const rootScript = `
set -e
mount -t tmpfs -o mode=0755,size=64k tmpfs /mnt
mkdir /mnt/workspace /mnt/home /mnt/etc
touch /mnt/authority.pem /mnt/bwrap
mount --bind "$1" /mnt/workspace
mount --bind "$2" /mnt/home
mount --bind "$3" /mnt/etc
mount --bind "$4" /mnt/authority.pem
mount --bind "$5" /mnt/bwrap
if [ -n "$6" ]; then mkdir /mnt/codex; mount --bind "$6" /mnt/codex; fi
shift 6
exec "$@"
`;

/** A limit cannot be raised above what this process has itself. */
function atMost(name: 'Max processes' | 'Max file size' | 'Max data size', wanted: number): number {
  const hard = new RegExp(`^${name}\\s+\\S+\\s+(\\d+)`, 'm').exec(readFileSync('/proc/self/limits', 'utf8'))?.[1];
  return hard === undefined ? wanted : Math.min(wanted, Number(hard));
}

/** The kernel counts a user's on the whole machine, and other tasks start some of theirs meanwhile: the watch is to come first. */
const roomForOthers = 512;

/** Limits that the kernel keeps: processes of the user, size of one file, data of one process, no core files. */
function kernelLimits({ limits }: ContainerSpec, uid: number): string[] {
  const megabyte = 1024 * 1024;
  const processes = atMost('Max processes', threadsOfUser(uid) + limits.processes + roomForOthers);
  // A little beyond the limit, so that the watch sees that it was passed.
  const file = atMost('Max file size', (limits.diskMb + 16) * megabyte);
  // The watch looks at the whole container and comes first; this is what stops the one process that is faster.
  const data = atMost('Max data size', Math.max(4096, 2 * limits.memoryMb) * megabyte);
  return ['prlimit', `--nproc=${processes}`, `--fsize=${file}`, `--data=${data}`, '--core=0', '--'];
}

/**
 * The command waits for a line. A runner that dies before it sent one ends the container: bubblewrap is told to die with the runner, but
 * in its first moments it does not know that yet.
 */
const waitForWord = 'read -r word || exit 125; exec "$@"';

function commandLine(spec: ContainerSpec, { bubblewrap, etc, owner, isRoot }: SandboxOptions) {
  const { workspace, home } = spec.folders;
  const { codex, authority } = spec.readOnly;
  const own: SandboxPlaces = { workspace, home, etc, authority, codex };
  const limits = kernelLimits(spec, owner.uid);
  const run = ['--args', '4', '--', '/bin/sh', '-c', waitForWord, 'sh', ...spec.command];
  if (!isRoot) return { places: own, command: [...limits, bubblewrap, ...run] };
  const places: SandboxPlaces = {
    workspace: '/mnt/workspace',
    home: '/mnt/home',
    etc: '/mnt/etc',
    authority: '/mnt/authority.pem',
    codex: codex === null ? null : '/mnt/codex',
  };
  const user = ['setpriv', `--reuid=${owner.uid}`, `--regid=${owner.gid}`, '--clear-groups', '--no-new-privs', '--'];
  return {
    places,
    command: [
      ...['unshare', '--mount', '--propagation', 'private', '--', '/bin/sh', '-c', rootScript, 'sh'],
      ...[workspace, home, etc, authority, bubblewrap, codex ?? '', ...limits, ...user, '/mnt/bwrap', ...run],
    ],
  };
}

async function readInfo(info: Readable): Promise<number> {
  let text = '';
  for await (const chunk of info) text += chunk;
  const pid = /"child-pid":\s*(\d+)/.exec(text)?.[1];
  if (pid === undefined) throw new Error('it ended before it began');
  return Number(pid);
}

/**
 * Starts bubblewrap and waits until the container stands; its command waits for `letGo`.
 * @throws Error with bubblewrap's words; the signal's reason
 */
export async function startSandbox(spec: ContainerSpec, options: SandboxOptions): Promise<Sandbox> {
  refuseZeroBytes(spec);
  const { places, command } = commandLine(spec, options);
  const [program = '', ...rest] = command;
  const child = spawn(program, rest, {
    cwd: '/',
    env: { PATH: searchPath, [options.mark.name]: options.mark.value },
    detached: true,
    stdio: ['pipe', 'pipe', 'pipe', 'pipe', 'pipe'],
  });
  const [stdin, stdout, stderr, info, args] = child.stdio as unknown as [
    Writable,
    Readable,
    Readable,
    Readable,
    Writable,
  ];
  // A command need not read what it is given.
  for (const stream of [args, stdin]) stream.on('error', () => undefined);
  const failed = once(child, 'error').then(([error]) => Promise.reject(error as Error));
  failed.catch(() => undefined);
  // Not on a command line: whoever is on this machine could read the values there.
  const fromFile = [...sandboxArguments(spec, places), '--info-fd', '3'];
  args.end(`${fromFile.join('\0')}\0`);
  const init = await unlessAborted(Promise.race([readInfo(info), failed]), options.signal).catch(
    async (cause: Error) => {
      // With what it started before that knew to die with it.
      endGroup(child.pid);
      stdin.destroy();
      const said = await unlessAborted(text(stderr), options.signal).catch(() => '');
      for (const stream of [stdout, stderr, info]) stream.destroy();
      options.signal.throwIfAborted();
      throw new Error(`bubblewrap cannot start the container: ${said.trim().slice(0, 1000) || cause.message}`, {
        cause,
      });
    },
  );
  return { child, stdout, stderr, init, letGo: () => void stdin.end(`\n${spec.input ?? ''}`) };
}
