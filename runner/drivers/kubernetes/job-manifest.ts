import { createHash, randomBytes } from 'node:crypto';
import type {
  V1Container,
  V1Job,
  V1PodSpec,
  V1SecurityContext,
  V1Volume,
  V1VolumeMount,
} from '@kubernetes/client-node';
import type { ContainerSpec } from '../driver.ts';
import { inside } from '../inside.ts';
import { beginScript } from './begin-script.ts';
import type { KubernetesPlace } from './kubernetes-place.ts';
import { podPlaces } from './pod-places.ts';

export const ownerLabel = 'app.reeve/runner';
const taskLabel = 'app.reeve/task';
/** On pods; the cluster's own label of this meaning has two names, by version. */
export const jobLabel = 'app.reeve/job';
const attemptAnnotation = 'app.reeve/attempt';
export const taskContainer = 'task';
const keeperContainer = 'keeper';
const user = 1000;
/** The client's package has 404 MB. */
const clientMb = 1024;
const keeperMemoryMb = 512;
/** For what has not been taken away by its runner. */
const keptSeconds = 300;
/** How long the files of a task that is over may take on their way back. */
export const collectSeconds = 600;
/** The runner's own clock comes first, and then its files; this is for a runner that is gone. */
const graceSeconds = collectSeconds + 300;
const longestSeconds = 7 * 86_400;

/** What the pod must know to reach its runner, and nothing else: whoever may read pods sees it. */
export interface Way {
  address: string;
  port: number;
  /** Good for one connection. */
  secret: string;
  /** The only authority that the pod trusts, and the name it asks for. */
  authorityPem: string;
  serverName: string;
}

interface JobOptions {
  name: string;
  place: KubernetesPlace;
  /** What `reap` finds it by. */
  owner: string;
  way: Way;
  /** What everybody may use. */
  defaultImage: string | null;
}

const hard: V1SecurityContext = {
  runAsNonRoot: true,
  runAsUser: user,
  runAsGroup: user,
  readOnlyRootFilesystem: true,
  allowPrivilegeEscalation: false,
  privileged: false,
  capabilities: { drop: ['ALL'] },
  seccompProfile: { type: 'RuntimeDefault' },
};

const mount = (name: string, mountPath: string, readOnly = false): V1VolumeMount => ({ name, mountPath, readOnly });

const volumes = ({ memoryMb, diskMb }: ContainerSpec['limits']): V1Volume[] => {
  const disk = (name: string, mb: number) => ({ name, emptyDir: { sizeLimit: `${mb}Mi` } });
  const memory = (name: string, mb: number) => ({ name, emptyDir: { medium: 'Memory', sizeLimit: `${mb}Mi` } });
  const part = (of: number) => Math.max(16, Math.floor(memoryMb * of));
  return [
    disk('workspace', diskMb),
    disk('home', diskMb),
    disk('client', clientMb),
    // What must not be on a node's disk: variables, input, the task's authority. And the pipes of its output.
    memory('link', 80),
    memory('authority', 4),
    memory('tmp', part(0.2)),
    memory('var-tmp', part(0.1)),
  ];
};

function resources({ cpu, memoryMb, diskMb }: { cpu: number; memoryMb: number; diskMb: number }) {
  const amounts = { cpu: `${Math.round(cpu * 1000)}m`, memory: `${memoryMb}Mi`, 'ephemeral-storage': `${diskMb}Mi` };
  return { limits: amounts, requests: { ...amounts } };
}

/** The client's own sandbox needs namespaces, which runtimes' own lists forbid; ours does not. */
const hardFor = ({ seccompProfile }: KubernetesPlace): V1SecurityContext =>
  seccompProfile === null ? hard : { ...hard, seccompProfile: { type: 'Localhost', localhostProfile: seccompProfile } };

const taskOf = ({ image, limits }: ContainerSpec, { place, defaultImage }: JobOptions): V1Container => ({
  name: taskContainer,
  image,
  // A node keeps what it once pulled and gives it to everybody: whoever chooses an image must be able to pull it now.
  imagePullPolicy: image === defaultImage ? 'IfNotPresent' : 'Always',
  // Nothing of the attempt is here: command, variables and input come through the keeper.
  command: ['/bin/sh', '-c', beginScript],
  securityContext: hardFor(place),
  resources: resources({ cpu: limits.cpus, memoryMb: limits.memoryMb, diskMb: limits.diskMb }),
  volumeMounts: [
    mount('workspace', inside.workspace),
    mount('home', inside.home),
    mount('client', inside.codex, true),
    mount('link', podPlaces.link, true),
    mount('authority', podPlaces.authority, true),
    // Where Debian's programs look without any variable.
    mount('authority', '/etc/ssl/certs', true),
    mount('tmp', '/tmp'),
    mount('var-tmp', '/var/tmp'),
  ],
});

const keeperOf = (place: KubernetesPlace, way: Way): V1Container => ({
  name: keeperContainer,
  image: place.keeperImage,
  command: ['node', 'runner/drivers/kubernetes/keeper/keeper.ts'],
  env: Object.entries({
    REEVE_KEEPER_RUNNER: `${way.address.includes(':') ? `[${way.address}]` : way.address}:${way.port}`,
    REEVE_KEEPER_SECRET: way.secret,
    REEVE_KEEPER_AUTHORITY: way.authorityPem,
    REEVE_KEEPER_NAME: way.serverName,
    REEVE_KEEPER_CLOSED: place.closed.join(','),
  }).map(([name, value]) => ({ name, value })),
  securityContext: hard,
  resources: resources({ cpu: 0.5, memoryMb: keeperMemoryMb, diskMb: clientMb + 256 }),
  volumeMounts: [
    mount('workspace', inside.workspace),
    mount('home', inside.home),
    mount('client', inside.codex),
    mount('link', podPlaces.link),
    mount('authority', podPlaces.authority),
  ],
});

/** @throws Error where the pod would be weaker than what was asked for */
function runtimeOf({ runtime }: ContainerSpec, { gvisorClass }: KubernetesPlace): Pick<V1PodSpec, 'runtimeClassName'> {
  if (runtime === 'runc') return {};
  if (runtime !== 'runsc' || gvisorClass === null)
    throw new Error(`this runner starts no pods with ${runtime}: set REEVE_RUNNER_KUBERNETES_GVISOR_CLASS for runsc`);
  return { runtimeClassName: gvisorClass };
}

function podOf(spec: ContainerSpec, options: JobOptions): V1PodSpec {
  const { place, way } = options;
  return {
    restartPolicy: 'Never',
    ...runtimeOf(spec, place),
    serviceAccountName: place.taskAccount,
    automountServiceAccountToken: false,
    enableServiceLinks: false,
    hostNetwork: false,
    hostPID: false,
    hostIPC: false,
    shareProcessNamespace: false,
    hostname: 'task',
    // Names are looked up by the runner's proxy, never here.
    dnsPolicy: 'None',
    dnsConfig: { nameservers: ['127.0.0.1'] },
    terminationGracePeriodSeconds: 1,
    ...(place.pullSecret === null ? {} : { imagePullSecrets: [{ name: place.pullSecret }] }),
    securityContext: {
      runAsNonRoot: true,
      runAsUser: user,
      runAsGroup: user,
      fsGroup: user,
      seccompProfile: { type: 'RuntimeDefault' },
    },
    containers: [taskOf(spec, options), keeperOf(place, way)],
    volumes: volumes(spec.limits),
  };
}

/** Of a job, and of its pod with something behind it. Nothing of it is what somebody chose. */
export const nameFor = ({ name }: ContainerSpec): string =>
  `reeve-${createHash('sha256').update(name).digest('hex').slice(0, 16)}-${randomBytes(4).toString('hex')}`;

/** What the API server is asked for: one pod, once, with nothing of the cluster. */
export function jobFor(spec: ContainerSpec, options: JobOptions): V1Job {
  const { name, place, owner } = options;
  const labels = { [ownerLabel]: owner, [taskLabel]: 'true', 'app.kubernetes.io/managed-by': 'reeve' };
  const seconds = spec.limits.seconds === undefined ? longestSeconds : spec.limits.seconds + graceSeconds;
  return {
    apiVersion: 'batch/v1',
    kind: 'Job',
    metadata: {
      name,
      namespace: place.namespace,
      labels,
      annotations: { [attemptAnnotation]: spec.attemptId },
    },
    spec: {
      backoffLimit: 0,
      completions: 1,
      parallelism: 1,
      activeDeadlineSeconds: seconds,
      ttlSecondsAfterFinished: keptSeconds,
      template: { metadata: { labels: { ...labels, [jobLabel]: name } }, spec: podOf(spec, options) },
    },
  };
}
