import { existsSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join, posix } from 'node:path';
import type { Readable, Writable } from 'node:stream';
import Docker from 'dockerode';
import type { RunnerDriver } from '#contract/runners.ts';
import {
  type ContainerEnd,
  type ContainerSpec,
  type Driver,
  type RunningContainer,
  refuseZeroBytes,
} from '../driver.ts';
import { openRelay, type Relay } from '../process/open-relay.ts';
import { forAMinute, unlessAborted } from '../unless-aborted.ts';
import { containerOptions, ownerLabel } from './container-options.ts';
import { endContainer, unlessGone, within } from './end-container.ts';
import { type RecipeLimits, recipeWeaknesses } from './hold-recipe.ts';
import { type People, peopleOf } from './people-of-image.ts';
import { prepareImage } from './prepare-image.ts';
import { keepRecipesTidy } from './recipe-images.ts';
import { splitOutput } from './split-output.ts';
import { type Started, startContainer } from './start-container.ts';
import { systemCalls } from './system-calls.ts';
import { type ContainerWatch, watchContainer } from './watch-container.ts';
import { openWatchdog, type Watchdog } from './watchdog.ts';

export interface DockerDriverOptions {
  /** Of Docker or of Podman. */
  socketPath: string;
  /** Of this runner: what `reap` looks for. */
  owner: string;
  /** For environments that choose no image; of the engine, or pulled when it is first needed. */
  defaultImage: string | null;
  /** Of this runner, on the engine's machine: Podman reads what system calls there are from a file in it. */
  dataFolder: string;
  /** Who the programs in containers are on this machine, and whose the folders are that they write. */
  uid: number;
  /** Tests only. */
  patienceMs?: number;
  recipeLimits?: RecipeLimits;
  now?: () => number;
}

const killedBySignal = 128;
const unreadOutputMs = 2000;
/** So long an engine may take to end a container; then it is ended without it. */
const usualPatienceMs = 20_000;

const signalNames: Record<number, string> = { 6: 'SIGABRT', 9: 'SIGKILL', 11: 'SIGSEGV', 15: 'SIGTERM', 25: 'SIGXFSZ' };

async function endOf(
  container: Docker.Container,
  exitCode: number | null,
  {
    watch,
    memoryMb,
    wasAsked,
    patienceMs,
  }: { watch: ContainerWatch; memoryMb: number; wasAsked: boolean; patienceMs: number },
): Promise<ContainerEnd> {
  watch.stop();
  const facts = await within(patienceMs, 'tell of a container', container.inspect()).catch(() => null);
  const hasEndedBadly = exitCode !== 0 && !wasAsked;
  // Not every engine says so, and a container can be gone before the watch looks again.
  const isFull = exitCode === killedBySignal + 9 && watch.usage.peakMemoryMb >= 0.97 * memoryMb;
  const isOutOfMemory = hasEndedBadly && (facts?.State.OOMKilled === true || watch.hasRunOutOfMemory || isFull);
  const limit = watch.passed ?? (isOutOfMemory ? 'memory-limit' : null);
  const signal =
    exitCode !== null && exitCode > killedBySignal ? (signalNames[exitCode - killedBySignal] ?? null) : null;
  return { exitCode: signal === null ? exitCode : null, signal, limit, usage: watch.usage };
}

function running(
  spec: ContainerSpec,
  { container, stream, exit: said, pid, begin }: Started,
  { relay, watchdog, patienceMs }: { relay: Relay; watchdog: Watchdog; patienceMs: number },
): RunningContainer {
  let wasAsked = false;
  // Resolved where the container is gone and the engine does not say so.
  const forced = Promise.withResolvers<null>();
  const exit = Promise.race([said, forced.promise]);
  const kill = async () => {
    // Whatever the engine does: nothing of it reaches anybody any more.
    relay.close();
    // The engine waits until its output is read, also with its answer; nobody may read it any more.
    const timer = setTimeout(() => (stream as unknown as Readable).destroy(), unreadOutputMs);
    void exit.then(() => clearTimeout(timer));
    const how = await endContainer(container, { first: { pid, begin }, ended: exit, patienceMs });
    if (how === 'by the engine') return;
    (stream as unknown as Readable).destroy();
    forced.resolve(null);
  };
  const watch = watchContainer({
    pid,
    folders: [spec.folders.workspace, spec.folders.home],
    limits: spec.limits,
    onPassed: () => void kill().catch(() => undefined),
  });
  const { stdout, stderr } = splitOutput(stream as unknown as Readable);
  const ended = exit
    .then((exitCode) => endOf(container, exitCode, { watch, memoryMb: spec.limits.memoryMb, wasAsked, patienceMs }))
    .finally(() => {
      relay.close();
      watchdog.free({ pid, begin });
    });
  return {
    stdout,
    stderr,
    ended,
    kill: async () => {
      wasAsked = true;
      await kill();
      await ended;
    },
    remove: async () => {
      // As for an end: the engine would wait for a reader.
      (stream as unknown as Readable).destroy();
      await within(patienceMs, 'remove a container', unlessGone(container.remove({ force: true, v: true })));
    },
  };
}

function letGo(stream: NodeJS.ReadWriteStream, input: string | undefined): void {
  const stdin = stream as unknown as Writable;
  // A command need not read what it is given.
  stdin.on('error', () => undefined);
  stdin.end(`\n${input ?? ''}`);
}

/** What GET /info says, as far as it matters here. */
interface EngineFacts {
  Driver?: string;
  SecurityOptions?: string[];
  Runtimes?: Record<string, { path?: string }>;
  MemoryLimit?: boolean;
  PidsLimit?: boolean;
  CpuCfsQuota?: boolean;
}

/** Podman names every runtime it has heard of, there or not. */
function hasGvisor({ Runtimes: { runsc } = {} }: EngineFacts): boolean {
  if (!runsc) return false;
  return !runsc.path?.startsWith('/') || existsSync(runsc.path);
}

/** What the engine does not hold, in the words of the Runners page. */
function weaknessesOf(info: EngineFacts, hasSandbox: boolean): string[] {
  const options = (info.SecurityOptions ?? []).join(' ');
  return [
    ...(hasSandbox
      ? []
      : ['Containers share the kernel of this machine: an error in it leads out. gVisor (runsc) is not installed.']),
    ...(/seccomp/.test(options) ? [] : ['The engine filters no system calls (seccomp is off).']),
    ...(info.MemoryLimit ? [] : ['The engine cannot limit memory here.']),
    ...(info.PidsLimit ? [] : ['The engine cannot limit processes here.']),
    ...(info.CpuCfsQuota ? [] : ['The engine cannot limit processor time here.']),
    'Disk use is looked at, not held by the kernel: its limit can be passed for a second.',
  ];
}

interface Engine {
  name: string;
  isPodman: boolean;
  info: EngineFacts;
  /** What a container is started with beside `no-new-privileges`. */
  securityOptions: string[];
}

async function findEngine(docker: Docker, { socketPath, dataFolder }: DockerDriverOptions): Promise<Engine> {
  if (process.getuid?.() !== 0)
    throw new Error('the runner must be root to give a container its one way out (nsenter): start it as root');
  let version: Docker.DockerVersion;
  try {
    version = await docker.version();
  } catch (cause) {
    throw new Error(
      `no container engine answers at ${socketPath}: start Docker or Podman's socket, or name another one`,
      { cause },
    );
  }
  const info = (await docker.info()) as EngineFacts;
  const isPodman = version.Components?.some(({ Name }) => Name.includes('Podman')) ?? false;
  const profile = join(dataFolder, 'system-calls.json');
  // Docker is told the list, Podman where it is.
  if (isPodman) await writeFile(profile, systemCalls());
  const hasAppArmor = (info.SecurityOptions ?? []).some((option) => option.includes('apparmor'));
  return {
    isPodman,
    name: `${isPodman ? 'Podman' : 'Docker'} ${version.Version}`.slice(0, 100),
    info,
    securityOptions: [
      `seccomp=${isPodman ? profile : systemCalls()}`,
      // The engine's AppArmor profile forbids every mount, and with it the stock client's own sandbox.
      ...(hasAppArmor ? ['apparmor=unconfined'] : []),
    ],
  };
}

/** Its builds have been seen to do so whatever they are told (4.3), and nothing that they reach would be judged or written down. */
const noRecipes =
  'Recipes are not built here: Podman would give their steps the network of this machine. Choose an image, or a runner with Docker.';

/** The folders that an image declares as volumes. */
async function volumesOf(docker: Docker, image: string): Promise<string[]> {
  const { Config } = await docker.getImage(image).inspect();
  return Object.keys(Config.Volumes ?? {});
}

/** Containers of an engine with Docker's API, on this same machine. */
export function openDockerDriver(options: DockerDriverOptions): Driver {
  const { socketPath, owner, defaultImage, dataFolder, uid, recipeLimits, patienceMs = usualPatienceMs } = options;
  const user = { uid, gid: uid };
  const people = new Map<string, Promise<People>>();
  const docker = new Docker({ socketPath });
  const own = new Set<string>();
  let stopTidying: (() => void) | null = null;
  const watchdog = openWatchdog();
  let found: Promise<Engine> | null = null;
  const engine = () => {
    found ??= findEngine(docker, options);
    // Asked again until it answers.
    found.catch(() => {
      found = null;
    });
    return found;
  };
  const peopleIn = (image: string): Promise<People> => {
    const known = people.get(image);
    if (known) return known;
    const read = peopleOf(docker, image, { folder: dataFolder, user, labels: { [ownerLabel]: owner } });
    people.set(image, read);
    // Asked again until it answers.
    read.catch(() => people.delete(image));
    return read;
  };
  return {
    kind: 'docker',
    owner: user,
    async describe(): Promise<RunnerDriver> {
      const { name, info, isPodman } = await engine();
      if (!isPodman) stopTidying ??= keepRecipesTidy(docker, options.now ?? Date.now);
      const hasSandbox = hasGvisor(info);
      const runtimes: RunnerDriver['runtimes'] = hasSandbox ? ['runc', 'runsc'] : ['runc'];
      return {
        kind: 'docker',
        engine: name,
        runtimes,
        weaknesses: [...weaknessesOf(info, hasSandbox), ...(isPodman ? [noRecipes] : recipeWeaknesses(info.Driver))],
      };
    },
    prepareImage(image, preparing) {
      const prepared = async () => {
        if (image.kind === 'recipe' && (await engine()).isPodman) throw new Error(noRecipes);
        const id = await prepareImage(docker, { image, defaultImage, recipeLimits }, preparing);
        if ((await volumesOf(docker, id)).some((path) => posix.resolve('/', path) === '/'))
          throw new Error('the image declares its root as a volume (VOLUME /): no container can be made of it');
        return id;
      };
      return unlessAborted(prepared(), preparing.signal);
    },
    async start(spec, signal) {
      refuseZeroBytes(spec);
      const { securityOptions } = await unlessAborted(engine(), signal);
      const volumes = await unlessAborted(volumesOf(docker, spec.image), signal);
      const people = await unlessAborted(peopleIn(spec.image), signal);
      const around = { owner, user, people, securityOptions, volumes };
      const started = await startContainer(docker, containerOptions(spec, around), signal);
      own.add(started.container.id);
      try {
        await watchdog.hold(started);
        using relaying = forAMinute(signal, 'there was no way to the proxy');
        const where = { socketPath: spec.egressSocket, isRoot: true };
        const relay = await openRelay(started.pid, { ...where, signal: relaying.signal });
        const container = running(spec, started, { relay, watchdog, patienceMs });
        letGo(started.stream, spec.input);
        return container;
      } catch (error) {
        watchdog.free(started);
        // The engine would wait for a reader.
        (started.stream as unknown as Readable).destroy();
        const removing = unlessGone(started.container.remove({ force: true, v: true }));
        await within(patienceMs, 'remove a container', removing).catch(() => undefined);
        throw error;
      }
    },
    async reap(former) {
      const all = await docker.listContainers({ all: true, filters: { label: [`${ownerLabel}=${former}`] } });
      const left = all.filter(({ Id }) => !own.has(Id));
      for (const { Id } of left) await unlessGone(docker.getContainer(Id).remove({ force: true, v: true }));
      return left.length;
    },
    close: () => {
      stopTidying?.();
      watchdog.close();
    },
  };
}
