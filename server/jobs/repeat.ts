import { setTimeout as wait } from 'node:timers/promises';
import type { Logger } from 'pino';

/** Work that is looked for every moment. `run` may be cut off at any point, and takes a lock where one process at a time may do it. */
export interface Repeated {
  name: string;
  everyMs: number;
  /** Does a part, short enough to stop after. @returns whether there is more right now */
  run(): Promise<boolean>;
}

export interface Repeating {
  /** Lets the part that runs end. */
  close(): Promise<void>;
}

const longestPauseMs = 60_000;

/** The signal of a process that stops; see `Services.signals`. */
interface Stopping {
  once(event: 'stopping', listener: () => void): unknown;
}

/**
 * Repeats the work until the process stops. What fails is tried again after longer and longer pauses, and told in the log once until it
 * works again.
 */
export function repeat(
  { log, signals }: { log: Logger; signals: Stopping },
  { name, everyMs, run }: Repeated,
): Repeating {
  const ending = new AbortController();
  signals.once('stopping', () => ending.abort());
  const pause = (ms: number) => wait(ms, undefined, { signal: ending.signal, ref: false }).catch(() => undefined);
  const loop = async () => {
    let failures = 0;
    while (!ending.signal.aborted) {
      try {
        const hasMore = await run();
        if (failures > 0) log.info({ job: name }, 'a repeated job works again');
        failures = 0;
        await pause(hasMore ? 0 : everyMs);
      } catch (error) {
        if (ending.signal.aborted) return;
        if (failures === 0) log.error({ err: error, job: name }, 'a repeated job failed; it is tried again and again');
        failures += 1;
        await pause(Math.min(longestPauseMs, everyMs * 2 ** Math.min(failures, 10)));
      }
    }
  };
  const ended = loop();
  return {
    async close() {
      ending.abort();
      await ended;
    },
  };
}
