import { performance } from 'node:perf_hooks';
import { setTimeout as wait } from 'node:timers/promises';

export interface PaceOptions {
  /** So many go at once, however fast they come. */
  free: number;
  /** Between any two of those that come after them. */
  intervalMs: number;
  now?: () => number;
  sleep?: (ms: number) => Promise<unknown>;
}

/**
 * Each attempt is a row in a table. A program that asks in a loop would fill it; after a number that no honest build reaches it waits its
 * turn, over all of its connections together.
 */
export function createPace({ free, intervalMs, now = () => performance.now(), sleep = wait }: PaceOptions) {
  let [count, next] = [0, 0];
  return async (): Promise<void> => {
    count += 1;
    if (count <= free) return;
    const at = now();
    next = Math.max(next, at) + intervalMs;
    await sleep(next - at);
  };
}
