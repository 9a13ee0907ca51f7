import { once } from 'node:events';
import { join } from 'node:path';
import type { RunnerDriver } from '#contract/runners.ts';
import type { ContainerEnd, ContainerSpec, Driver, RunningContainer } from '../driver.ts';
import { forAMinute } from '../unless-aborted.ts';
import { findBubblewrap } from './find-bubblewrap.ts';
import { makeEtc } from './make-etc.ts';
import { openRelay, type Relay } from './open-relay.ts';
import { processesWithVariable } from './process-tree.ts';
import { type Sandbox, startSandbox } from './start-sandbox.ts';
import { type LimitWatch, watchLimits } from './watch-limits.ts';

export interface ProcessDriverOptions {
  /** For files that every container of it sees. */
  dataFolder: string;
  /** Of this runner: what `reap` looks for. */
  owner: string;
  /** Programs that may be bubblewrap, the best first. */
  bubblewraps: readonly string[];
}

const ownerVariable = 'REEVE_CONTAINER_OF';
// A number that neither Debian nor systemd gives to anybody (60578 to 61183).
const containerUser = 60_999;

/** What bubblewrap does not do, in the words of the Runners page. */
export const weaknesses = [
  'Containers share the kernel of this machine and see its programs in /usr; an error in the kernel leads out.',
  'No image: what is installed on this machine is what a task has, whatever the environment says.',
  'Memory, processes and disk are looked at up to four times a second, not held by the kernel: a limit can be passed for a moment.',
  'No system call is filtered: what the kernel offers outside of namespaces (vsock, io_uring, keyrings) is open to a task.',
  'Processor time is not limited: tasks share this machine’s processors with everything else on it.',
];

async function endOf(sandbox: Sandbox, watch: LimitWatch): Promise<ContainerEnd> {
  const { child } = sandbox;
  if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
  watch.stop();
  // Bubblewrap ends with 128 + n when signal n ended the command.
  const { exitCode, signalCode } = child;
  return { exitCode, signal: signalCode, limit: watch.passed, usage: watch.usage };
}

function killAll({ child, init }: Pick<Sandbox, 'child' | 'init'>): void {
  // Once it has ended, its number can be another process's.
  if (child.exitCode !== null || child.signalCode !== null) return;
  try {
    // The first process of a namespace takes all others with it, and bubblewrap ends when it is gone.
    process.kill(init, 'SIGKILL');
  } catch {
    child.kill('SIGKILL');
  }
}

function running(spec: ContainerSpec, sandbox: Sandbox, relay: Relay): RunningContainer {
  const watch = watchLimits({
    root: sandbox.child.pid ?? 0,
    folders: [spec.folders.workspace, spec.folders.home],
    limits: spec.limits,
    onPassed: () => killAll(sandbox),
  });
  const ended = endOf(sandbox, watch).finally(() => relay.close());
  return {
    stdout: sandbox.stdout,
    stderr: sandbox.stderr,
    ended,
    kill: async () => {
      killAll(sandbox);
      await ended;
    },
    remove: async () => undefined,
  };
}

/** Containers of bubblewrap: for a laptop, where nobody wants to install an engine. Weaker than the others, and says so. */
export function openProcessDriver({ dataFolder, owner, bubblewraps }: ProcessDriverOptions): Driver {
  const isRoot = process.getuid?.() === 0;
  const user = isRoot
    ? { uid: containerUser, gid: containerUser }
    : { uid: process.getuid?.() ?? 0, gid: process.getgid?.() ?? 0 };
  let prepared: Promise<{ bubblewrap: string; version: string; etc: string }> | null = null;
  const prepare = async () => {
    const etc = await makeEtc(join(dataFolder, 'etc'));
    const found = await findBubblewrap(bubblewraps, { etc, owner: user, isRoot, dataFolder });
    return { ...found, etc };
  };
  const ready = () => {
    prepared ??= prepare();
    // Asked again until it works: what is missing may be installed meanwhile.
    prepared.catch(() => {
      prepared = null;
    });
    return prepared;
  };
  return {
    kind: 'process',
    owner: user,
    async describe(): Promise<RunnerDriver> {
      const { version } = await ready();
      return { kind: 'process', engine: version, runtimes: ['process'], weaknesses };
    },
    async prepareImage(image, { log }) {
      if (image.kind !== 'default') log('This runner has no images: the task gets the programs of its machine.');
      return 'this machine';
    },
    async start(spec, unwanted) {
      const { bubblewrap, etc } = await ready();
      const mark = { name: ownerVariable, value: owner };
      using starting = forAMinute(unwanted, 'the container did not stand');
      const { signal } = starting;
      const sandbox = await startSandbox(spec, { bubblewrap, etc, owner: user, isRoot, mark, signal });
      try {
        const relay = await openRelay(sandbox.init, { socketPath: spec.egressSocket, isRoot, signal });
        const container = running(spec, sandbox, relay);
        sandbox.letGo();
        return container;
      } catch (error) {
        killAll(sandbox);
        throw error;
      }
    },
    async reap(former) {
      const pids = processesWithVariable(ownerVariable, former);
      for (const pid of pids) {
        try {
          process.kill(pid, 'SIGKILL');
        } catch {
          // It ended by itself: bubblewrap dies with whoever started it.
        }
      }
      return pids.length;
    },
  };
}
