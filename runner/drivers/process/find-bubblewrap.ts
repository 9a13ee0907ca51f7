import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { chmod, chown, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { inside } from '../inside.ts';
import { forAMinute, unlessAborted } from '../unless-aborted.ts';
import { startSandbox } from './start-sandbox.ts';

const run = promisify(execFile);

interface TryOptions {
  etc: string;
  owner: { uid: number; gid: number };
  isRoot: boolean;
  dataFolder: string;
}

const advice =
  'Allow user namespaces to this user (sysctl user.max_user_namespaces=10000; on Ubuntu also ' +
  'kernel.apparmor_restrict_unprivileged_userns=0), or run the runner with a container engine.';

async function missingProgram(isRoot: boolean): Promise<string | null> {
  const programs = ['nsenter', 'prlimit', 'git', ...(isRoot ? ['unshare', 'setpriv', 'mount'] : [])];
  for (const program of programs) {
    const isThere = await run('/bin/sh', ['-c', `command -v ${program}`]).then(
      () => true,
      () => false,
    );
    if (!isThere)
      return `The program ${program} is missing: install the package ${program === 'git' ? 'git' : 'util-linux'}.`;
  }
  return null;
}

/** Runs `true` in a container such as tasks get. @throws Error with what went wrong */
async function tryIt(bubblewrap: string, { etc, owner, isRoot, dataFolder }: TryOptions): Promise<void> {
  const folder = await mkdtemp(join(dataFolder, 'try-'));
  try {
    const places = { workspace: join(folder, 'workspace'), home: join(folder, 'home') };
    for (const place of Object.values(places)) {
      await mkdir(place);
      await chown(place, owner.uid, owner.gid);
    }
    const authority = join(folder, 'authority.pem');
    await writeFile(authority, '', { mode: 0o644 });
    await chmod(folder, 0o755);
    using starting = forAMinute(undefined, 'a container did not stand');
    const sandbox = await startSandbox(
      {
        name: 'reeve-try',
        attemptId: 'try',
        image: '',
        runtime: 'process',
        command: ['/bin/true'],
        env: {},
        workingFolder: inside.workspace,
        folders: places,
        readOnly: { codex: null, authority },
        limits: { cpus: 1, memoryMb: 256, processes: 16, diskMb: 16 },
        egressSocket: '',
      },
      {
        ...{ bubblewrap, etc, owner, isRoot, mark: { name: 'REEVE_CONTAINER_OF', value: 'try' } },
        signal: starting.signal,
      },
    );
    sandbox.letGo();
    sandbox.stdout.resume();
    sandbox.stderr.resume();
    const { child } = sandbox;
    if (child.exitCode === null && child.signalCode === null)
      await unlessAborted(once(child, 'exit'), starting.signal).finally(() => child.kill('SIGKILL'));
    if (child.exitCode !== 0)
      throw new Error(`a program in a container ended with ${child.exitCode ?? child.signalCode}`);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/**
 * The first of these that keeps a container in on this machine.
 * @throws Error with what is missing, and what to do
 */
export async function findBubblewrap(
  candidates: readonly string[],
  options: TryOptions,
): Promise<{ bubblewrap: string; version: string }> {
  if (process.platform !== 'linux') throw new Error('Containers without an engine need Linux.');
  const missing = await missingProgram(options.isRoot);
  if (missing) throw new Error(missing);
  const there = candidates.filter((path) => existsSync(path));
  if (there.length === 0)
    throw new Error('There is no bubblewrap: install the package bubblewrap, or let Reeve install the Codex client.');
  const problems: string[] = [];
  for (const bubblewrap of there) {
    try {
      await tryIt(bubblewrap, options);
      const { stdout } = await run(bubblewrap, ['--version']);
      return { bubblewrap, version: stdout.trim().slice(0, 100) };
    } catch (error) {
      problems.push(`${bubblewrap}: ${(error as Error).message}`);
    }
  }
  throw new Error(`No container can be started here. ${problems.join(' ')} ${advice}`);
}
