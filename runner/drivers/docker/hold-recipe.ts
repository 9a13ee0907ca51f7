import { randomUUID } from 'node:crypto';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { setTimeout } from 'node:timers/promises';
import type Docker from 'dockerode';
import { type ContainerWatch, watchContainer } from './watch-container.ts';

/** What the steps of a recipe may use: memory, processors and processes each, the disk all of them together. */
export interface RecipeLimits {
  cpus: number;
  memoryMb: number;
  processes: number;
  diskMb: number;
}

/** The same for all: what one environment built, another uses as it is. */
export const usualRecipeLimits: RecipeLimits = { cpus: 2, memoryMb: 4096, processes: 1024, diskMb: 16_384 };

const megabyte = 1024 * 1024;
/** The engine's storage that shows a step's files while it runs. */
const openStorage = 'overlay2';

/** In the words of the Runners page. @param storage of the engine */
export const recipeWeaknesses = (storage = 'unknown'): string[] => [
  'Steps of a recipe run as root with the engine’s usual rights: it can build with no fewer. Their limit of processes begins a moment after each step does, and what they write is looked at, not held.',
  'The engine itself pulls the image that a recipe starts from, and does what that image has for whoever builds on it (ONBUILD), with the network of this machine.',
  ...(storage === openStorage
    ? []
    : [
        `What a step of a recipe writes is counted when it has ended: this engine’s storage is ${storage.slice(0, 50)}.`,
      ]),
];

/** A recipe passed a limit; the sentence is for whoever wrote it. */
export class RecipeStopped extends Error {
  override name = 'RecipeStopped';
}

const tooManyProcesses = ({ processes }: RecipeLimits) =>
  new RecipeStopped(`the recipe was stopped: a step of it started more than the ${processes} processes it may have`);
const tooLarge = ({ diskMb }: RecipeLimits) =>
  new RecipeStopped(`the recipe was stopped: its steps wrote more than the ${diskMb} MB it may take on the disk`);

export interface HeldRecipe {
  /** What the engine is to be told of this build, so that its steps can be told from other containers. */
  options: Docker.ImageBuildOptions;
  /** @throws RecipeStopped when what was built is too large after all */
  judge(image: string): Promise<void>;
  stop(): void;
}

/** Of the engine's build, whose steps get what is said here and nothing else: not how many processes, and no fewer rights. */
function buildOptions({ cpus, memoryMb, diskMb }: RecipeLimits, mark: string): Docker.ImageBuildOptions {
  const periodUs = 100_000;
  // A single file beyond it is refused at once, before any look at the disk.
  const mostFileBytes = (diskMb + 16) * megabyte;
  const ulimits = [
    { Name: 'fsize', Soft: mostFileBytes, Hard: mostFileBytes },
    { Name: 'core', Soft: 0, Hard: 0 },
  ];
  return {
    networkmode: 'none',
    memory: memoryMb * megabyte,
    memswap: memoryMb * megabyte,
    cpuperiod: periodUs,
    cpuquota: Math.round(cpus * periodUs),
    extrahosts: mark,
    // Known to the engine, not to the package's types.
    ...{ ulimits: JSON.stringify(ulimits) },
  };
}

/** Counts what a build made: each image takes what it has beyond its parent. */
function countMade(docker: Docker, since: number) {
  const made = new Map<string, number>();
  const look = (id: string) => docker.getImage(id).inspect();
  return {
    /** With all that it was made of. What was there before takes nothing more. */
    async add(image: string): Promise<void> {
      for (let at = image; at !== '' && !made.has(at); ) {
        const { Size, Parent, Created, RootFS } = await look(at);
        if (Date.parse(Created) < since) return;
        const isWhole = Parent === '' && (RootFS.Layers ?? []).length <= 1;
        const below = Parent === '' ? 0 : (await look(Parent)).Size;
        made.set(at, Parent !== '' || isWhole ? Size - below : 0);
        at = Parent;
      }
    },
    get megabytes() {
      return Math.ceil([...made.values()].reduce((sum, bytes) => sum + bytes, 0) / megabyte);
    },
  };
}

/** Where a step writes on the engine's disk: its layer, where the engine's storage shows it, and what the recipe declares as volumes. */
function foldersOf({ GraphDriver, Mounts }: Docker.ContainerInspectInfo): string[] {
  const layer = (GraphDriver as { Data?: { UpperDir?: string } | null } | undefined)?.Data?.UpperDir;
  return [layer ?? '', ...Mounts.map(({ Source }) => Source)].filter((path) => path !== '');
}

interface Told {
  status: 'create' | 'start';
  id: string;
}

/** Hears of the engine's containers in the order of their begin. @returns what ends it */
async function hearOfContainers(
  docker: Docker,
  signal: AbortSignal,
  { hear, lost }: { hear: (told: Told) => Promise<void>; lost: (cause?: Error) => void },
): Promise<() => void> {
  const told = (await docker.getEvents({
    filters: { type: ['container'], event: ['create', 'start'] },
    abortSignal: signal,
  })) as unknown as Readable;
  told.on('error', lost);
  told.on('close', () => lost());
  const lines = createInterface({ input: told });
  // Of the stream, which is listened to above.
  lines.on('error', () => undefined);
  // An engine that dies leaves half a line.
  const take = async (line: string) => hear(JSON.parse(line) as Told);
  lines.on('line', (line) => {
    take(line).catch((error: Error & { statusCode?: number }) => {
      // Gone already, as the containers of small steps are.
      if (error.statusCode !== 404) lost(error);
    });
  });
  return () => told.destroy();
}

const updateTries = 10;
const updatePauseMs = 100;

async function limitProcesses(container: Docker.Container, processes: number): Promise<void> {
  for (let tries = 1; ; tries += 1) {
    try {
      await container.update({ PidsLimit: processes });
      return;
    } catch (error) {
      // One that has ended needs none, though the engine may take a moment to say that it has.
      if (!(await container.inspect()).State.Running) return;
      if (tries === updateTries) throw error;
      await setTimeout(updatePauseMs);
    }
  }
}

interface Holding {
  limits: RecipeLimits;
  signal: AbortSignal;
  /** The build has to end with this reason. */
  onPassed: (why: Error) => void;
}

function watchStep(
  container: Docker.Container,
  facts: Docker.ContainerInspectInfo,
  { limits, diskMb, pass }: { limits: RecipeLimits; diskMb: number; pass: (why: Error) => void },
): ContainerWatch {
  const watch = watchContainer({
    pid: facts.State.Pid,
    folders: foldersOf(facts),
    limits: { diskMb },
    onPassed: () => {
      pass(watch.passed === 'disk-limit' ? tooLarge(limits) : tooManyProcesses(limits));
      // The engine ends it when nobody waits for the build any more; this is sooner.
      void container.kill().catch(() => undefined);
    },
  });
  return watch;
}

/** Holds the steps of one build, each from its beginning: the engine's builds know limits of memory and processors only. */
export async function holdRecipe(docker: Docker, { limits, signal, onPassed }: Holding): Promise<HeldRecipe> {
  // A name that only containers of this build know is what they are known by.
  const mark = `reeve-recipe-${randomUUID()}:127.0.0.1`;
  const made = countMade(docker, Date.now());
  let isStopped = false;
  let watch: ContainerWatch | null = null;
  const pass = (why: Error) => {
    if (!isStopped) onPassed(why);
  };
  const judge = async (image: string) => {
    await made.add(image);
    if (made.megabytes > limits.diskMb) throw tooLarge(limits);
  };
  const hear = async ({ status, id }: Told) => {
    const container = docker.getContainer(id);
    const facts = await container.inspect();
    if (!facts.HostConfig.ExtraHosts?.includes(mark)) return;
    if (status === 'create') return limitProcesses(container, limits.processes);
    await judge(facts.Image).catch(pass);
    if (isStopped || !facts.State.Running) return;
    watch?.stop();
    watch = watchStep(container, facts, { limits, diskMb: limits.diskMb - made.megabytes, pass });
  };
  const lost = (cause?: Error) =>
    pass(new Error('the engine does not tell of the recipe’s steps, which nothing would hold then', { cause }));
  const stopHearing = await hearOfContainers(docker, signal, { hear, lost });
  return {
    options: buildOptions(limits, mark),
    judge,
    stop: () => {
      isStopped = true;
      watch?.stop();
      stopHearing();
    },
  };
}
