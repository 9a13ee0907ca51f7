import type { z } from 'zod';
import type { HeartbeatRequest, Job } from '#contract/runner-protocol.ts';
import { HeartbeatAnswer } from '#contract/runner-protocol.ts';
import { CallRefused, type Calls } from './call-reeve.ts';

export type Heartbeat = z.infer<typeof HeartbeatRequest>;

/** The attempt is another runner's, or may be one's soon: end everything of it and say no more about it. */
export class LeaseLost extends Error {
  override name = 'LeaseLost';
}

export interface HeldLease {
  readonly attemptId: string;
  readonly epoch: number;
  /** Aborted with `LeaseLost`. */
  readonly lost: AbortSignal;
  /** Aborted when somebody cancelled the attempt; the lease goes on. */
  readonly cancelled: AbortSignal;
  /** Called with what the container may reach by now: what was heard last, if anything, and whatever comes. */
  onInternet(listener: (internet: Job['internet']) => void): void;
  lose(because: string): void;
  release(): void;
}

export interface Leases {
  /** Takes hold of what was claimed. Resolves once a heartbeat for it came through; rejects with `LeaseLost` when none does. */
  hold(attemptId: string, epoch: number): Promise<HeldLease>;
  readonly count: number;
  readonly isDraining: boolean;
  /** One heartbeat now. */
  beat(): Promise<void>;
  close(): void;
}

export interface LeaseOptions {
  calls: Calls;
  heartbeatSeconds: number;
  leaseSeconds: number;
  describe: () => Pick<Heartbeat, 'problem' | 'caches'>;
  onDropCaches: (fingerprints: readonly string[]) => void;
  /** Reeve does not know this runner any more. */
  onRemoved: (because: string) => void;
  log: (line: string) => void;
  /** Tests only. */
  now?: () => Instant;
}

/** Both clocks: one stands still while a machine sleeps, the other can be set back. Whichever says more has passed is believed. */
export interface Instant {
  steadyMs: number;
  wallMs: number;
}
const readClocks = (): Instant => ({ steadyMs: performance.now(), wallMs: Date.now() });
const passedMs = (from: Instant, to: Instant): number => Math.max(to.steadyMs - from.steadyMs, to.wallMs - from.wallMs);

/** So much before the lease could be another's, everything of it is killed. */
export const fenceSeconds = 5;
const lookMs = 250;

interface Held extends HeldLease {
  /** When the last heartbeat that was answered well was sent; null before the first. */
  goodSince: Instant | null;
  takenAt: Instant;
  cancel(): void;
  hear(internet: Job['internet']): void;
}

function makeLease(attemptId: string, epoch: number, takenAt: Instant, release: (lease: Held) => void): Held {
  const lost = new AbortController();
  const cancelled = new AbortController();
  let heard: Job['internet'] | null = null;
  let tell: (internet: Job['internet']) => void = () => undefined;
  const lease: Held = {
    attemptId,
    epoch,
    lost: lost.signal,
    cancelled: cancelled.signal,
    goodSince: null,
    takenAt,
    lose: (because) => {
      release(lease);
      if (!lost.signal.aborted) lost.abort(new LeaseLost(because));
    },
    cancel: () => cancelled.abort(),
    hear: (internet) => {
      heard = internet;
      tell(internet);
    },
    onInternet: (listener) => {
      tell = listener;
      if (heard !== null) listener(heard);
    },
    release: () => release(lease),
  };
  return lease;
}

/** Heartbeats for all attempts of a runner, and the end of those whose heartbeats do not come through. */
export function openLeases(options: LeaseOptions): Leases {
  const { calls, heartbeatSeconds, leaseSeconds, now = readClocks } = options;
  const held = new Set<Held>();
  let isDraining = false;
  let isClosed = false;
  /** When the heartbeat was sent whose answer says what holds. */
  let newest: Instant | null = null;

  const obey = (answer: z.infer<typeof HeartbeatAnswer>, asked: readonly Held[], sentAt: Instant) => {
    // Two may be under way, and their answers come in any order: of what changes, the later one knows.
    const isOvertaken = newest !== null && passedMs(sentAt, newest) > 0;
    if (!isOvertaken) {
      newest = sentAt;
      isDraining = answer.isDraining;
    }
    if (answer.dropCaches.length > 0) options.onDropCaches(answer.dropCaches);
    for (const lease of asked) {
      const said = answer.leases.find((one) => one.attemptId === lease.attemptId && one.epoch === lease.epoch);
      const order = said?.order;
      if (order === undefined || order === 'stop') lease.lose('Reeve gave it to another runner.');
      else if (lease.goodSince === null || passedMs(lease.goodSince, sentAt) > 0) lease.goodSince = sentAt;
      if (order === 'cancel') lease.cancel();
      if (said?.internet !== undefined && !isOvertaken) lease.hear(said.internet);
    }
  };
  const beat = async () => {
    const asked = [...held];
    const sentAt = now();
    const running = asked.map(({ attemptId, epoch }) => ({ attemptId, epoch }));
    try {
      const json: Heartbeat = { running, ...options.describe() };
      const timeoutMs = heartbeatSeconds * 1000;
      const call = { method: 'POST', path: '/runner/v1/heartbeat', json, timeoutMs } as const;
      obey(await calls.ask(HeartbeatAnswer, call), asked, sentAt);
    } catch (error) {
      options.log(`heartbeat: ${(error as Error).message}`);
      if (error instanceof CallRefused && (error.status === 401 || error.status === 403)) {
        for (const lease of asked) lease.lose(error.message);
        options.onRemoved(error.message);
      }
    }
  };
  const fence = () => {
    const at = now();
    for (const lease of held) {
      if (passedMs(lease.goodSince ?? lease.takenAt, at) < (leaseSeconds - fenceSeconds) * 1000) continue;
      lease.lose('Reeve could not be reached for so long that another runner may have it.');
    }
  };
  const beating = setInterval(() => void beat(), heartbeatSeconds * 1000);
  const fencing = setInterval(fence, lookMs);
  return {
    get count() {
      return held.size;
    },
    get isDraining() {
      return isDraining;
    },
    beat,
    hold: async (attemptId, epoch) => {
      const lease = makeLease(attemptId, epoch, now(), (one) => held.delete(one));
      if (isClosed) lease.lose('The runner is stopping.');
      else held.add(lease);
      while (!lease.lost.aborted && lease.goodSince === null) {
        await beat();
        if (lease.goodSince === null) await new Promise((resolve) => setTimeout(resolve, 200));
      }
      lease.lost.throwIfAborted();
      return lease;
    },
    close: () => {
      isClosed = true;
      clearInterval(beating);
      clearInterval(fencing);
      for (const lease of held) lease.lose('The runner is stopping.');
    },
  };
}
