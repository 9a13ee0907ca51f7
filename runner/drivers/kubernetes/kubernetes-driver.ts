import { setTimeout } from 'node:timers/promises';
import type { EnvironmentImage } from '#contract/environments.ts';
import type { RunnerDriver } from '#contract/runners.ts';
import {
  type ContainerEnd,
  type ContainerSpec,
  type Driver,
  type RunningContainer,
  refuseZeroBytes,
} from '../driver.ts';
import { jobFor, nameFor, ownerLabel } from './job-manifest.ts';
import type { KubernetesPlace } from './kubernetes-place.ts';
import { type Cluster, openCluster } from './open-cluster.ts';
import { type Link, type Links, openLinks } from './open-links.ts';
import { endOfJob, endOfPod, type PodEnd, whyEnded, whyWaiting } from './pod-state.ts';
import { type PodLink, podLinkFor } from './running-pod.ts';

export interface KubernetesDriverOptions {
  /** Null: nothing was said; `describe` says what is missing. */
  place: KubernetesPlace | null;
  /** Of this runner on its machine, and which one of all that use the cluster: together what `reap` looks for. */
  owner: string;
  installation: string;
  /** For environments that choose no image. */
  defaultImage: string | null;
  /** How often the cluster is asked how a task is; a second if not given. */
  pollMs?: number;
  /** For the keeper to end its task, and the cluster to say so; then the cluster is asked to, which ends the keeper and loses the files. 20 seconds if not given. */
  patienceMs?: number;
  /** For the pod to begin; 15 minutes if not given, since pulling a large image to a new node takes some. */
  startMs?: number;
}

const usualPollMs = 1000;
const usualStartMs = 15 * 60_000;
/** Only an event says why, and the Role reads none. */
const noPod =
  'the cluster made no pod of its job. A quota that is used up, or the rules of its namespace, refuse it: kubectl describe job says which';
/** For its keeper to say why it does not begin. */
const lastWordMs = 5000;
const usualPatienceMs = 20_000;
const mostDeletions = 150;
const againMs = 2000;
const containerUser = { uid: 1000, gid: 1000 } as const;

const weaknesses = ({ hasSandbox, hasProfile }: { hasSandbox: boolean; hasProfile: boolean }): string[] => [
  ...(hasSandbox
    ? []
    : ['Pods share the kernel of their node: an error in it leads out. No RuntimeClass with gVisor was named.']),
  'The number of processes is the kubelet’s limit (podPidsLimit) for every pod, not the environment’s.',
  'Disk use is looked at each second, and by the kubelet each ten: its limit can be passed for a moment.',
  'That pods have no network is the cluster’s network’s doing. Each pod tries it before its task begins, with the API server’s address and the cloud’s.',
  ...(hasProfile
    ? []
    : [
        'The runtime’s own list of system calls forbids the namespaces of the client’s sandbox: name the profile of the guide.',
      ]),
  'Processor time and memory of a task are not measured.',
  'The diff is not shown while it grows.',
];

interface Started {
  cluster: Cluster;
  name: string;
  pod: PodLink;
  link: Link;
  pollMs: number;
  patienceMs: number;
  startMs: number;
}

/** What the cluster says of the task; null while it goes on. @throws Error when the API server does not answer */
async function askEnd(cluster: Cluster, name: string): Promise<PodEnd | null> {
  const pod = await cluster.podOf(name);
  if (!pod) return endOfJob(await cluster.readJob(name));
  const end = endOfPod(pod);
  const isDeleted = pod.metadata?.deletionTimestamp !== undefined;
  if (!isDeleted || end?.signal !== 'SIGKILL' || end.limit !== null) return end;
  // At its deadline a job deletes its pod, which is there for some seconds more and does not know why.
  return { ...end, limit: endOfJob(await cluster.readJob(name))?.limit ?? null };
}

/** Only the cluster knows that every process is gone, so it is asked until it says so, however long it is away. */
async function untilEnded({ cluster, name, pollMs }: Started): Promise<PodEnd> {
  for (;;) {
    const end = await askEnd(cluster, name).catch(() => null);
    if (end) return end;
    await setTimeout(pollMs);
  }
}

/** From here on the pod is left alone: its keeper sends the files. */
async function bringBack({ pod, link }: Started, end: PodEnd, wasAsked: boolean): Promise<ContainerEnd> {
  try {
    const back = await pod.collect();
    const limit = pod.hasPassedDisk ? 'disk-limit' : wasAsked ? null : end.limit;
    const usage = { cpuSeconds: 0, peakMemoryMb: 0, diskMb: 'lost' in back ? 0 : back.diskMb };
    return { ...end, limit, usage, ...('lost' in back ? { filesLost: back.lost } : {}) };
  } finally {
    pod.close();
    link.close();
  }
}

function running(started: Started): RunningContainer {
  const { cluster, name, pod, patienceMs } = started;
  let wasAsked = false;
  let isOver = false;
  const over = untilEnded(started).then((end) => {
    isOver = true;
    return end;
  });
  const ended = over.then((end) => bringBack(started, end, wasAsked));
  // Whoever waits for it hears of it; nobody may.
  ended.catch(() => undefined);
  const isStill = async () => !isOver && (await askEnd(cluster, name).catch(() => null)) === null && !isOver;
  return {
    stdout: pod.stdout,
    stderr: pod.stderr,
    ended,
    kill: async () => {
      if (!isOver) wasAsked = true;
      pod.kill();
      while (!isOver) {
        await Promise.race([over, setTimeout(patienceMs, undefined, { ref: false })]);
        // Again and again while the API server is away; the pod itself has been told.
        if (await isStill()) await cluster.deleteJob(name).catch(() => undefined);
      }
      await ended;
    },
    drop: () => pod.drop(),
    remove: () => cluster.deleteJob(name),
  };
}

/** @throws Error with why the task's pod does not begin; the signal's reason */
async function untilStarted({ cluster, name, pod, pollMs, startMs }: Started, signal?: AbortSignal): Promise<void> {
  const until = performance.now() + startMs;
  const begun = pod.started.then(() => true);
  let why = noPod;
  for (;;) {
    if (await Promise.race([begun, setTimeout(pollMs, false)])) return;
    // Minutes may pass until a node is there for it.
    signal?.throwIfAborted();
    const state = await cluster.podOf(name).catch(() => null);
    const waiting = state && whyWaiting(state);
    if (state) why = waiting?.why ?? 'its containers were not started';
    if (waiting?.isFinal) throw new Error(`the pod does not begin: ${why}`);
    // Its keeper may just be saying why.
    const end = await askEnd(cluster, name).catch(() => null);
    if (end && !(await Promise.race([begun, setTimeout(lastWordMs, false)])))
      throw new Error(`the pod ended before it began: ${whyEnded(state) ?? 'its node said nothing'}`);
    if (performance.now() > until) throw new Error(`the pod did not begin in ${startMs / 60_000} minutes: ${why}`);
  }
}

function imageOf(image: EnvironmentImage, defaultImage: string | null): string {
  if (image.kind === 'recipe')
    throw new Error('a runner on Kubernetes builds no recipes: build the image, push it, and choose it by its name');
  const reference = image.kind === 'image' ? image.reference : defaultImage;
  if (reference === null) throw new Error('this runner has no default image: start it with one, or choose an image');
  return reference;
}

/** Tried once before anything is said, and then for some minutes: an API server that did not answer may have made it. */
async function deleteSurely(cluster: Cluster, name: string): Promise<void> {
  const again = async () => {
    for (let tries = 0; tries < mostDeletions; tries += 1) {
      await setTimeout(againMs, undefined, { ref: false });
      const isGone = await cluster.deleteJob(name).then(
        () => true,
        () => false,
      );
      if (isGone) return;
    }
  };
  await cluster.deleteJob(name).catch(() => void again());
}

interface Ready {
  place: KubernetesPlace;
  cluster: Cluster;
  links: Links;
}

async function makeReady(place: KubernetesPlace | null): Promise<Ready> {
  if (!place)
    throw new Error(
      'set REEVE_RUNNER_KUBERNETES_IMAGE and REEVE_RUNNER_KUBERNETES_ADDRESS (see the guide on Kubernetes)',
    );
  const cluster = await openCluster(place);
  return { place, cluster, links: await openLinks(place.port) };
}

/** Jobs of a Kubernetes cluster, each of one pod. */
export function openKubernetesDriver({
  place,
  owner,
  installation,
  defaultImage,
  pollMs = usualPollMs,
  patienceMs = usualPatienceMs,
  startMs = usualStartMs,
}: KubernetesDriverOptions): Driver & { close(): void } {
  const isRoot = process.getuid?.() === 0;
  const own = new Set<string>();
  // Every runner of the chart has the same folder, and with it the same name on its machine.
  const label = (whose: string) => `${whose}-${installation}`;
  const busy = new Set<string>();
  let opened: Promise<Ready> | null = null;
  const ready = () => {
    opened ??= makeReady(place);
    opened.catch(() => {
      opened = null;
    });
    return opened;
  };
  const begin = async (spec: ContainerSpec, signal?: AbortSignal): Promise<RunningContainer> => {
    const { place: there, cluster, links } = await ready();
    const pod: PodLink = podLinkFor({ spec, owner: isRoot ? containerUser : null, session: () => link.session });
    const link: Link = await links.open(pod);
    const way = { address: there.address, port: links.port, ...link };
    const started = { cluster, name: nameFor(spec), pod, link, pollMs, patienceMs, startMs };
    try {
      const job = jobFor(spec, { name: started.name, place: there, owner: label(owner), way, defaultImage });
      own.add(started.name);
      await cluster.createJob(job);
      await untilStarted(started, signal);
      return running(started);
    } catch (error) {
      pod.close();
      link.close();
      await deleteSurely(cluster, started.name);
      throw error;
    }
  };
  return {
    kind: 'kubernetes',
    owner: isRoot ? containerUser : { uid: process.getuid?.() ?? 1000, gid: process.getgid?.() ?? 1000 },
    async describe(): Promise<RunnerDriver> {
      const { place: there, cluster } = await ready();
      // What the Role must allow; better said now than at the first task.
      await cluster.listJobs(`${ownerLabel}=${label(owner)}`);
      const hasSandbox = there.gvisorClass !== null;
      // gVisor has a kernel of its own, and does not ask the node's list.
      const hasProfile = hasSandbox || there.seccompProfile !== null;
      const runtimes: RunnerDriver['runtimes'] = hasSandbox ? ['runc', 'runsc'] : ['runc'];
      return {
        kind: 'kubernetes',
        engine: await cluster.version(),
        runtimes,
        weaknesses: weaknesses({ hasSandbox, hasProfile }),
      };
    },
    prepareImage: async (image) => imageOf(image, defaultImage),
    async start(spec, signal) {
      refuseZeroBytes(spec);
      const folder = spec.folders.workspace;
      if (busy.has(folder)) throw new Error('these folders are in another pod: no second one can see them');
      busy.add(folder);
      try {
        const container = await begin(spec, signal);
        const free = () => busy.delete(folder);
        container.ended.then(free, free);
        return container;
      } catch (error) {
        busy.delete(folder);
        throw error;
      }
    },
    async reap(former) {
      const { cluster } = await ready();
      const left = (await cluster.listJobs(`${ownerLabel}=${label(former)}`)).flatMap(
        ({ metadata }) => metadata?.name ?? [],
      );
      const others = left.filter((name) => !own.has(name));
      for (const name of others) await cluster.deleteJob(name);
      return others.length;
    },
    close: () => void opened?.then(({ links }) => links.close()),
  };
}
