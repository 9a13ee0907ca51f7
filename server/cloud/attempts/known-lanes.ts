import type { Services } from '#server/services.ts';
import type { QueuedAttempt } from './pick-attempts.ts';
import { readLanes } from './queue-queries.ts';

/** So few are read whenever somebody gets nothing. */
const fewLanes = 200;
/** Reading more takes at most one part in so many of the time, however long the queue is, and meanwhile what was known serves. */
const share = 10;
/** What other processes queue tells nobody here. */
const freshMs = 1_000;
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
    /** @returns `isNew`: as they are at this moment */
    async read(workspaceId: string): Promise<{ lanes: readonly QueuedAttempt[]; isNew: boolean }> {
      const entry = known.get(workspaceId);
      if (!entry) return { lanes: (await readNow(workspaceId)).lanes, isNew: true };
      const ageMs = performance.now() - entry.readAt;
      if (!entry.isStale && ageMs < freshMs) return { lanes: entry.lanes, isNew: false };
      if (entry.lanes.length <= fewLanes) return { lanes: (await readNow(workspaceId)).lanes, isNew: true };
      readSoon(workspaceId, Math.max(0, share * entry.tookMs - ageMs));
      return { lanes: entry.lanes, isNew: false };
    },
    /** For whoever got nothing by what was known; null where that is too much to read at once. */
    async readFew(workspaceId: string): Promise<readonly QueuedAttempt[] | null> {
      const entry = known.get(workspaceId);
      if (entry && entry.lanes.length > fewLanes) return null;
      return (await readNow(workspaceId)).lanes;
    },
    /** Nobody has asked for them for a while. */
    forgetOld(): void {
      const before = performance.now() - forgottenAfterMs;
      for (const [workspaceId, { readAt }] of known) if (readAt < before) known.delete(workspaceId);
    },
  };
}
