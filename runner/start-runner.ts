import { createHash, randomUUID } from 'node:crypto';
import { mkdir, mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import type { z } from 'zod';
import { ClaimAnswer, HelloAnswer, HelloRequest, type Job, runnerProtocol } from '#contract/runner-protocol.ts';
import { removeFolder } from './attempt/attempt-folders.ts';
import type { AttemptTools } from './attempt/attempt-tools.ts';
import { runAttempt } from './attempt/run-attempt.ts';
import { openSetupCaches } from './cache/setup-caches.ts';
import { type RunnerConfig, RunnerRefused } from './config.ts';
import { openDrivers } from './drivers/open-drivers.ts';
import { publicOutside } from './egress/public-addresses.ts';
import { startEgressProxy } from './egress/start-egress-proxy.ts';
import { openConnectProxy } from './git/connect-proxy.ts';
import { keepTidy, tidyStores } from './git/fetch-source.ts';
import {
  AnswerUnknown,
  CallRefused,
  type Calls,
  openCalls,
  type ReeveAddress,
  retryMs,
  untilAnswered,
} from './reeve/call-reeve.ts';
import { type Leases, openLeases } from './reeve/leases.ts';
import { claimDataFolder, readRegistration, register } from './registration.ts';

export interface RunnerNeeds {
  config: RunnerConfig;
  version: string;
  /** The folder of the stock client's package of this version; installed when it is missing. */
  clientFolder: (version: string) => Promise<string>;
  /** Programs that may be bubblewrap. */
  bubblewraps: () => Promise<readonly string[]>;
  /** Asked for when the runner is not registered yet. */
  askToken: () => Promise<string>;
  log: (line: string) => void;
}

export interface Runner {
  readonly id: string;
  /** How many attempts it has. */
  readonly running: number;
  /** Takes nothing new and waits for what runs; resolves when nothing does, or after that time. What then still runs is killed. */
  stop(graceMs: number): Promise<void>;
  /** Kills everything now; their leases end by themselves. `stop` then resolves soon. */
  end(): void;
  /** Resolves with the reason when Reeve does not know the runner any more. */
  readonly removed: Promise<string>;
}

const longestClaimSeconds = 20;

/** What this runner's containers are called after: the same in its next process. */
const ownerOf = (dataFolder: string) => createHash('sha256').update(resolve(dataFolder)).digest('hex').slice(0, 12);

async function makeFolders(dataFolder: string) {
  // Those of an earlier process are left where it was killed.
  const prefix = `reeve-${ownerOf(dataFolder)}-`;
  for (const name of await readdir(tmpdir()))
    if (name.startsWith(prefix)) await rm(join(tmpdir(), name), { recursive: true, force: true });
  const folders = {
    attempts: join(dataFolder, 'attempts'),
    repositories: join(dataFolder, 'repositories'),
    caches: join(dataFolder, 'caches'),
    process: join(dataFolder, 'process'),
    sockets: await mkdtemp(join(tmpdir(), prefix)),
  };
  for (const folder of Object.values(folders)) await mkdir(folder, { recursive: true, mode: 0o711 });
  return folders;
}

/** What an earlier process of this runner left when it was killed: its containers, then their folders. */
async function cleanUp(
  tools: Pick<AttemptTools, 'folders' | 'owner' | 'log'>,
  drivers: Awaited<ReturnType<typeof openDrivers>>['drivers'],
) {
  for (const driver of drivers) {
    const count = await driver.reap(tools.owner);
    if (count > 0) tools.log(`ended ${count} ${driver.kind} containers of an earlier run`);
  }
  // Space that is lost is no reason to do no work at all.
  for (const name of await readdir(tools.folders.attempts))
    await removeFolder(join(tools.folders.attempts, name)).catch((error: Error) => tools.log(error.message));
  await tidyStores(tools.folders.repositories, { isStart: true, log: tools.log });
}

interface Loop {
  calls: Calls;
  leases: Leases;
  tools: AttemptTools;
  capacity: number;
  stopping: AbortSignal;
  running: Set<Promise<void>>;
}

async function claim({ calls, tools, capacity, stopping, running }: Loop, claimId: string): Promise<Job | null> {
  const json = {
    claimId,
    free: capacity - running.size,
    caches: tools.caches.list().map(({ fingerprint }) => fingerprint),
    waitSeconds: longestClaimSeconds,
  };
  const timeoutMs = (longestClaimSeconds + 10) * 1000;
  const call = { method: 'POST', path: '/runner/v1/claim', json, timeoutMs, signal: stopping } as const;
  const { job } = await calls.ask(ClaimAnswer, call);
  return job;
}

/** A claimed job begins once a heartbeat for it came through: from then on the runner knows until when it may work. */
async function takeUp(loop: Loop, job: Job): Promise<void> {
  const { leases, tools } = loop;
  const lease = await leases.hold(job.attemptId, job.epoch).catch((error: Error) => {
    tools.log(`attempt ${job.attemptId}: ${error.message}`);
    return null;
  });
  if (lease) await runAttempt(job, tools, lease);
}

async function claimLoop(loop: Loop): Promise<void> {
  const { leases, tools, capacity, stopping, running } = loop;
  // The same until there is an answer: what was leased by one that was lost is asked for again.
  let claimId = randomUUID();
  for (let failures = 0; !stopping.aborted; ) {
    if (running.size >= capacity || leases.isDraining) {
      await Promise.race([setTimeout(1000, undefined, { signal: stopping }), ...running]).catch(() => undefined);
      continue;
    }
    try {
      const job = await claim(loop, claimId);
      claimId = randomUUID();
      failures = 0;
      if (job === null) continue;
      const work: Promise<void> = takeUp(loop, job).finally(() => running.delete(work));
      running.add(work);
    } catch (error) {
      if (stopping.aborted) return;
      tools.log(`claim: ${(error as Error).message}`);
      // Nothing was lost on the way: what it holds is for a runner that understands it.
      if (error instanceof AnswerUnknown) claimId = randomUUID();
      await setTimeout(retryMs(failures), undefined, { signal: stopping }).catch(() => undefined);
      failures += error instanceof CallRefused ? 5 : 1;
    }
  }
}

async function addressOf({ origin, authorityFile, connect }: RunnerConfig): Promise<ReeveAddress> {
  if (authorityFile === null) return { origin, authorityPem: null, connect };
  const authorityPem = await readFile(authorityFile, 'utf8').catch((cause: NodeJS.ErrnoException) => {
    throw new RunnerRefused(`--ca: cannot read ${authorityFile} (${cause.code}).`, { cause });
  });
  return { origin, authorityPem, connect };
}

/**
 * Registers where it is not yet, ends what an earlier process left, and works until it is stopped.
 * @throws RunnerRefused with what to put right
 */
export async function startRunner(needs: RunnerNeeds): Promise<Runner> {
  const { config, log, version } = needs;
  await using opening = new AsyncDisposableStack();
  opening.defer(await claimDataFolder(config.dataFolder));
  const address = await addressOf(config);
  const folders = await makeFolders(config.dataFolder);
  opening.defer(() => rm(folders.sockets, { recursive: true, force: true }));
  const known = await readRegistration(config.dataFolder, config.origin);
  const owner = ownerOf(config.dataFolder);
  const bubblewraps = await needs.bubblewraps();
  const { engineSocket, defaultImage, kubernetes, containerUid: uid } = config;
  const places = { dataFolder: folders.process, owner, bubblewraps, engineSocket, defaultImage, kubernetes, uid };
  const { drivers, described, problems } = await openDrivers(config.drivers, places);
  opening.defer(() => {
    for (const driver of drivers) driver.close?.();
  });
  for (const problem of problems) log(problem);
  if (drivers.length === 0) throw new RunnerRefused(`No container can be run on this machine. ${problems.join(' ')}`);
  const { name, labels, capacity } = config;
  const registration =
    known ??
    (await register({
      ...{ dataFolder: config.dataFolder, address, name, version, labels, capacity, drivers: described },
      token: config.token ?? (await needs.askToken()),
    }));
  const calls = openCalls(address, registration.secret);
  opening.defer(() => calls.close());
  const gitProxy = address.connect === null ? null : await openConnectProxy(address.connect);
  opening.defer(() => gitProxy?.close());
  const tools: AttemptTools = {
    ...{ calls, folders, log, owner, authorityFile: config.authorityFile, gitProxyUrl: gitProxy?.url ?? null },
    secret: registration.secret,
    caches: await openSetupCaches(folders.caches),
    driverOf: (kind) => drivers.find((driver) => driver.kind === kind),
    clientFolder: needs.clientFolder,
    openEgress: (options) => startEgressProxy({ ...options, isReachable: publicOutside(config.closedRanges) }),
  };
  await cleanUp(tools, drivers);
  opening.defer(keepTidy(folders.repositories, log));
  const facts = { version, protocol: runnerProtocol, drivers: described, capacity };
  const hello = known === null ? null : HelloRequest.parse(facts);
  const running = work({ tools, calls, registration, capacity, hello });
  opening.defer(() => running.close());
  const opened = opening.move();
  let stopped: Promise<void> | null = null;
  return {
    id: registration.runnerId,
    get running() {
      return running.count;
    },
    removed: running.removed,
    end: running.close,
    stop: (graceMs) => {
      stopped ??= running.drain(graceMs).finally(() => opened.disposeAsync());
      return stopped;
    },
  };
}

interface Working {
  tools: AttemptTools;
  calls: Calls;
  registration: { heartbeatSeconds: number; leaseSeconds: number };
  capacity: number;
  /** What Reeve is told first; null where it was told just now, when the runner registered. */
  hello: z.infer<typeof HelloRequest> | null;
}

/**
 * Tells Reeve what this process has, and that nothing of the one before goes on. A Reeve that is older does not know it: there the leases
 * end by themselves.
 * @throws CallRefused
 */
async function sayHello(
  { tools, calls, hello }: Pick<Working, 'tools' | 'calls' | 'hello'>,
  signal: AbortSignal,
): Promise<void> {
  if (hello === null) return;
  const call = { method: 'POST', path: '/runner/v1/hello', json: hello, signal } as const;
  await untilAnswered(signal, () => calls.ask(HelloAnswer, call)).catch((error: Error) => {
    if (signal.aborted) return;
    if (error instanceof CallRefused && (error.status === 401 || error.status === 403)) throw error;
    tools.log(`hello: ${error.message}`);
  });
}

function work({ tools, calls, registration, capacity, hello }: Working) {
  const stopping = new AbortController();
  const running = new Set<Promise<void>>();
  const removed = Promise.withResolvers<string>();
  const leases = openLeases({
    calls,
    heartbeatSeconds: registration.heartbeatSeconds,
    leaseSeconds: registration.leaseSeconds,
    describe: () => ({
      problem: null,
      caches: tools.caches
        .list()
        .map(({ fingerprint, environmentId, builtAt, bytes }) => ({ fingerprint, environmentId, builtAt, bytes })),
    }),
    onDropCaches: (fingerprints) =>
      void tools.caches.drop(fingerprints).catch((error: Error) => tools.log(`cache: ${error.message}`)),
    onRemoved: (because) => {
      stopping.abort();
      removed.resolve(because);
    },
    log: tools.log,
  });
  const begun = sayHello({ tools, calls, hello }, stopping.signal)
    .then(() => leases.beat())
    .catch((error: Error) => {
      stopping.abort();
      removed.resolve(error.message);
    });
  const claiming = begun.then(() => claimLoop({ calls, leases, tools, capacity, stopping: stopping.signal, running }));
  return {
    removed: removed.promise,
    get count() {
      return running.size;
    },
    drain: async (graceMs: number) => {
      stopping.abort();
      await claiming;
      const limit = new AbortController();
      const over = setTimeout(graceMs, undefined, { signal: limit.signal }).catch(() => undefined);
      await Promise.race([Promise.all(running), over]);
      limit.abort();
      leases.close();
      await Promise.all(running);
    },
    close: () => {
      stopping.abort();
      leases.close();
    },
  };
}
