import type { V1Job, V1Pod } from '@kubernetes/client-node';
import type { ContainerEnd } from '../driver.ts';
import { taskContainer } from './job-manifest.ts';

export type PodEnd = Pick<ContainerEnd, 'exitCode' | 'signal' | 'limit'>;

const killedBySignal = 128;
const signalNames: Record<number, string> = { 6: 'SIGABRT', 9: 'SIGKILL', 11: 'SIGSEGV', 15: 'SIGTERM', 25: 'SIGXFSZ' };
const gone: PodEnd = { exitCode: null, signal: 'SIGKILL', limit: null };

/**
 * The kubelet evicts for what the pod did (“Usage of EmptyDir volume "workspace" exceeds the limit "8Gi"”, “Pod ephemeral local storage
 * usage exceeds the total limit of containers”) and for what its node lacks (“The node was low on resource”), which is not the task's doing.
 */
const isOwnDisk = (message: string | undefined): boolean =>
  /exceed/i.test(message ?? '') &&
  /emptydir|ephemeral|storage/i.test(message ?? '') &&
  !/node was low/i.test(message ?? '');

/** How the task ended; null while it goes on. */
export function endOfPod(pod: V1Pod): PodEnd | null {
  const { reason, message, phase, containerStatuses } = pod.status ?? {};
  if (reason === 'Evicted') return { ...gone, limit: isOwnDisk(message) ? 'disk-limit' : null };
  if (reason === 'DeadlineExceeded') return { ...gone, limit: 'time-limit' };
  const ended = containerStatuses?.find(({ name }) => name === taskContainer)?.state?.terminated;
  if (!ended) return phase === 'Failed' ? gone : null;
  const { exitCode } = ended;
  const signal = exitCode > killedBySignal ? (signalNames[exitCode - killedBySignal] ?? null) : null;
  const limit = ended.reason === 'OOMKilled' ? 'memory-limit' : null;
  return { exitCode: signal === null ? exitCode : null, signal, limit };
}

/** Since 1.31 a job says first that it will have failed, while its pod is still being ended. */
const failures = new Set(['Failed', 'FailureTarget']);

/** A job without a pod: its time was over, or somebody deleted the pod. Null while one may still come. */
export function endOfJob(job: V1Job | null): PodEnd | null {
  if (job === null) return gone;
  const failed = job.status?.conditions?.find(({ type, status }) => failures.has(type) && status === 'True');
  if (!failed) return null;
  return { ...gone, limit: failed.reason === 'DeadlineExceeded' ? 'time-limit' : null };
}

/** What the node said of containers that failed; null where it said nothing. */
export function whyEnded(pod: V1Pod | null): string | null {
  const said = (pod?.status?.containerStatuses ?? []).flatMap(({ name, state }) => {
    const { exitCode = 0, reason = '', message = '' } = state?.terminated ?? {};
    return exitCode === 0 || message === '' ? [] : [`${name}: ${reason} ${message}`.trim()];
  });
  return said.length === 0 ? null : said.join('; ');
}

const hopeless = new Set([
  'ErrImageNeverPull',
  'InvalidImageName',
  'CreateContainerConfigError',
  'CreateContainerError',
]);
const doubtful = new Set(['ErrImagePull', 'ImagePullBackOff']);

/** Why a pod does not begin, in the cluster's words. `isFinal`: waiting does not help. */
export function whyWaiting(pod: V1Pod): { why: string; isFinal: boolean } | null {
  for (const { name, state } of pod.status?.containerStatuses ?? []) {
    const { reason = '', message = '' } = state?.waiting ?? {};
    if (hopeless.has(reason) || doubtful.has(reason))
      return {
        why: `${name}: ${reason} ${message}`.trim(),
        isFinal: hopeless.has(reason) || reason === 'ImagePullBackOff',
      };
  }
  const scheduled = pod.status?.conditions?.find(({ type }) => type === 'PodScheduled');
  if (scheduled?.status === 'False') return { why: `no node takes it: ${scheduled.message ?? ''}`, isFinal: false };
  return null;
}
