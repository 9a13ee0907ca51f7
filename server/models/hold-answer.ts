import { setTimeout as wait } from 'node:timers/promises';
import type { Logger } from 'pino';

/** A database that takes longer is in trouble; people should still get their answers. */
const longestHoldMs = 2_000;

/**
 * Waits until the end of a call is durable, so that a client never saw the end of an answer that a crash then forgets; but no longer
 * than the bound. Never rejects.
 */
export async function holdAnswer(written: Promise<void>, log: Logger): Promise<void> {
  const limit = new AbortController();
  const late = wait(longestHoldMs, 'late' as const, { signal: limit.signal }).catch(() => null);
  const first = await Promise.race([written, late]);
  limit.abort();
  if (first === 'late') log.warn({ heldMs: longestHoldMs }, 'an answer ended before its call was written');
}
