import type { V1ContainerState, V1Pod, V1PodStatus } from '@kubernetes/client-node';
import { expect, test } from 'vitest';
import { endOfJob, endOfPod, whyEnded, whyWaiting } from './pod-state.ts';

const about = { image: '', imageID: '', ready: false, restartCount: 0 };
const podWith = (states: Record<string, V1ContainerState>, more: Partial<V1PodStatus> = {}): V1Pod => ({
  status: {
    containerStatuses: Object.entries(states).map(([name, state]) => ({ name, state, ...about })),
    ...more,
  },
});
const ended = (exitCode: number, reason = 'Error', message?: string): V1ContainerState => ({
  terminated: { exitCode, reason, ...(message === undefined ? {} : { message }) },
});

test('a task is over when its own container is, whatever its keeper does', () => {
  expect(endOfPod(podWith({ task: { running: {} }, keeper: ended(1) }))).toBeNull();
  expect(endOfPod(podWith({ task: ended(3), keeper: { running: {} } }))).toEqual({
    ...{ exitCode: 3, signal: null, limit: null },
  });
  expect(endOfPod(podWith({ task: ended(139) }))).toMatchObject({ exitCode: null, signal: 'SIGSEGV' });
  expect(endOfPod(podWith({}, { phase: 'Failed' }))).toMatchObject({ exitCode: null, signal: 'SIGKILL' });
});

test('a keeper that has no memory left is not the task’s limit', () => {
  expect(endOfPod(podWith({ task: ended(137), keeper: ended(137, 'OOMKilled') }))?.limit).toBeNull();
  expect(endOfPod(podWith({ task: ended(137, 'OOMKilled') }))?.limit).toBe('memory-limit');
});

test('an eviction is the task’s limit where it was the task’s own use', () => {
  const evicted = (message: string) => endOfPod({ status: { phase: 'Failed', reason: 'Evicted', message } });
  expect(evicted('Usage of EmptyDir volume "home" exceeds the limit "8Gi". ')?.limit).toBe('disk-limit');
  const whole = 'Pod ephemeral local storage usage exceeds the total limit of containers 18Gi. ';
  expect(evicted(whole)?.limit).toBe('disk-limit');
  expect(evicted('The node was low on resource: memory. ')).toEqual({ exitCode: null, signal: 'SIGKILL', limit: null });
  const low = 'The node was low on resource: ephemeral-storage. Container task was using 1Gi, request is 0, exceeds it';
  expect(evicted(low)?.limit).toBeNull();
  const late = { phase: 'Failed', reason: 'DeadlineExceeded', message: 'Pod was active on the node longer than …' };
  expect(endOfPod({ status: late })).toEqual({ exitCode: null, signal: 'SIGKILL', limit: 'time-limit' });
});

test('a job without a pod goes on until it says that it failed', () => {
  const failed = (reason: string, type = 'Failed') => ({ status: { conditions: [{ type, status: 'True', reason }] } });
  expect(endOfJob({})).toBeNull();
  expect(endOfJob(failed('DeadlineExceeded'))?.limit).toBe('time-limit');
  expect(endOfJob(failed('DeadlineExceeded', 'FailureTarget'))?.limit).toBe('time-limit');
  expect(endOfJob(failed('PodFailurePolicy', 'Suspended'))).toBeNull();
  expect(endOfJob(failed('BackoffLimitExceeded'))?.limit).toBeNull();
  expect(endOfJob(null)?.signal).toBe('SIGKILL');
});

test('why a pod does not begin is said in the node’s words', () => {
  const waiting = (reason: string) => podWith({ task: { waiting: { reason, message: 'its words' } } });
  expect(whyWaiting(waiting('ErrImagePull'))).toEqual({ why: 'task: ErrImagePull its words', isFinal: false });
  expect(whyWaiting(waiting('InvalidImageName'))?.isFinal).toBe(true);
  expect(whyWaiting(waiting('ContainerCreating'))).toBeNull();
  expect(whyEnded(podWith({ task: ended(128, 'StartError', 'no /bin/sh') }))).toBe('task: StartError no /bin/sh');
  expect(whyEnded(podWith({ task: ended(137), keeper: ended(0) }))).toBeNull();
});
