import type { DiffStats, LogEntry } from '#contract/task-states.ts';
import type { TaskAttempt } from '#contract/tasks.ts';

export type AttemptEvent =
  | { kind: 'log'; entries: LogEntry[] }
  | { kind: 'state'; attempt: TaskAttempt }
  | { kind: 'diff'; stats: DiffStats }
  | { kind: 'end' };

interface FollowOptions {
  /** The stream of what happened after that entry. */
  open: (after: number, signal: AbortSignal) => Promise<AsyncIterable<AttemptEvent>>;
  onEvent: (event: AttemptEvent) => void;
  /** Null: connected. Otherwise why it is not, before it is tried again. */
  onTrouble: (error: unknown) => void;
  /** Whether to give up: asking again would be answered alike. */
  isFinal: (error: unknown) => boolean;
  wait: (ms: number, signal: AbortSignal) => Promise<void>;
  signal: AbortSignal;
}

const firstWaitMs = 500;
const longestWaitMs = 15_000;

/**
 * Follows an attempt until it has ended: after a lost connection it goes on behind the last entry that came, waiting longer each time
 * nothing comes. Entries that come twice are told once.
 */
export async function followAttempt(options: FollowOptions): Promise<void> {
  const { open, onEvent, onTrouble, isFinal, wait, signal } = options;
  let seen = 0;
  let waitMs = firstWaitMs;
  while (!signal.aborted) {
    try {
      for await (const event of await open(seen, signal)) {
        waitMs = firstWaitMs;
        onTrouble(null);
        if (event.kind === 'log') {
          const entries = event.entries.filter(({ seq }) => seq > seen);
          seen = entries.at(-1)?.seq ?? seen;
          if (entries.length > 0) onEvent({ kind: 'log', entries });
        } else onEvent(event);
        if (event.kind === 'end') return;
      }
    } catch (error) {
      if (signal.aborted) return;
      onTrouble(error);
      if (isFinal(error)) return;
    }
    if (signal.aborted) return;
    await wait(waitMs, signal);
    waitMs = Math.min(waitMs * 2, longestWaitMs);
  }
}

/** Resolves early when the signal aborts. */
export const waitFor = (ms: number, signal: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    const timer = setTimeout(resolve, ms);
    signal.addEventListener('abort', () => {
      clearTimeout(timer);
      resolve();
    });
  });
