import type { Services } from '#server/services.ts';
import type { QueuedAttempt } from './pick-attempts.ts';
import { readLanes } from './queue-queries.ts';

/** Reading takes at most one part in so many of the time, however long the queue is. */
const share = 10;
/** What other processes queue tells nobody here. */
const freshMs = 1_000;
/** A queue that is read within this is waited for; a longer one is read while what was known serves. */
const quickMs = 25;
const forgottenAfterMs = 60_000;

interface Entry {
  lanes: readonly QueuedAttempt[];
  readAt: number;
  tookMs: number;
  isStale: boolean;
}

/**
 * Where the queue of a workspace has something to give, read again when something changed, but not all the time. What is a moment old
 * says only where to look; who is picked is decided by what is there then.
 * @param onRead something newer is known than what was answered before
 */
export function openKnownLanes({ db, log }: Pick<Services, 'db' | 'log'>, onRead: (workspaceId: string) => void) {
  const known = new Map<string, Entry>();
  /** Being read, or waiting for its turn. */
  const coming = new Set<string>();

  const readNow = async (workspaceId: string): Promise<Entry> => {
    const startedAt = performance.now();
    const before = known.get(workspaceId);
    if (before) before.isStale = false;
    const lanes = await readLanes(db, workspaceId);
    const readAt = performance.now();
    // Something may have been queued while it was read.
    const entry = { lanes, readAt, tookMs: readAt - startedAt, isStale: before?.isStale ?? false };
    known.set(workspaceId, entry);
    return entry;
  };
  const readSoon = (workspaceId: string, inMs: number): void => {
    if (coming.has(workspaceId)) return;
    coming.add(workspaceId);
    const read = async () => {
      try {
        await readNow(workspaceId);
        onRead(workspaceId);
      } catch (error) {
        log.warn({ err: error }, 'the queue of a workspace could not be read');
      } finally {
        coming.delete(workspaceId);
      }
    };
    setTimeout(() => void read(), inMs).unref();
  };
  return {
    /** Something was queued, or may have been. */
    spoil(workspaceId: string): void {
      const entry = known.get(workspaceId);
      if (entry) entry.isStale = true;
    },
    async read(workspaceId: string): Promise<readonly QueuedAttempt[]> {
      const entry = known.get(workspaceId);
      if (!entry) return (await readNow(workspaceId)).lanes;
      const ageMs = performance.now() - entry.readAt;
      if (!entry.isStale && ageMs < freshMs) return entry.lanes;
      const restMs = Math.max(0, share * entry.tookMs - ageMs);
      if (restMs === 0 && entry.tookMs < quickMs && !coming.has(workspaceId)) return (await readNow(workspaceId)).lanes;
      readSoon(workspaceId, restMs);
      return entry.lanes;
    },
    /** Nobody has asked for them for a while. */
    forgetOld(): void {
      const before = performance.now() - forgottenAfterMs;
      for (const [workspaceId, { readAt }] of known) if (readAt < before) known.delete(workspaceId);
    },
  };
}
