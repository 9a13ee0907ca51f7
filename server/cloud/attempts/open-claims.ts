import type { Services } from '#server/services.ts';
import { attemptChanges } from './changes.ts';
import { type Claim, giveOut, type Leased, putBackUnused } from './give-out.ts';
import { openKnownLanes } from './known-lanes.ts';

interface Waiting extends Claim {
  /** While a look at the queue is under way, whose answer may hold something for it. */
  isServed: boolean;
  /** Its time is over, or nobody is there any more. */
  hasLeft: 'no' | 'in-time' | 'gone';
  leave: () => void;
  settle: (leased: Leased | null) => void;
  fail: (error: unknown) => void;
}

export interface Claims {
  /** Waits for work; null after `waitMs`, when `signal` aborts, and when Reeve stops. */
  wait(
    claim: Claim & { workspaceId: string },
    options: { waitMs: number; signal: AbortSignal },
  ): Promise<Leased | null>;
  close(): void;
}

/** What other processes queue is seen so soon. */
const lookEveryMs = 1_000;

/**
 * The runners that wait for work in this process. Those of one workspace are served together: one look at the queue, one transaction.
 * It is looked when somebody comes, when something in this process may have changed what there is, and every moment beside.
 */
export function openClaims(services: Pick<Services, 'db' | 'clock' | 'signals' | 'log' | 'blobs'>): Claims {
  const waiting = new Map<string, Set<Waiting>>();
  const serving = new Map<string, { isAgain: boolean }>();
  const known = openKnownLanes(services, (workspaceId) => serve(workspaceId));

  /** What was given to somebody who is gone goes back at once, instead of when its lease ends. */
  const hand = async (workspaceId: string, claim: Waiting, leased: Leased | null) => {
    claim.isServed = false;
    if (claim.hasLeft === 'gone' && leased) await putBackUnused(services, workspaceId, leased);
    if (claim.hasLeft !== 'no' || leased) claim.settle(claim.hasLeft === 'gone' ? null : leased);
  };
  const serveOnce = async (workspaceId: string) => {
    const claims = [...(waiting.get(workspaceId) ?? [])];
    if (claims.length === 0) return;
    for (const claim of claims) claim.isServed = true;
    try {
      const { lanes, isNew } = await known.read(workspaceId);
      const given = await giveOut(services, workspaceId, claims, lanes);
      const left = claims.filter((claim) => !given.has(claim));
      const few = isNew || left.length === 0 ? null : await known.readFew(workspaceId);
      const late = few ? await giveOut(services, workspaceId, left, few) : null;
      for (const claim of claims) await hand(workspaceId, claim, given.get(claim) ?? late?.get(claim) ?? null);
    } catch (error) {
      for (const claim of claims) claim.fail(error);
    }
  };
  const serve = (workspaceId: string): void => {
    const already = serving.get(workspaceId);
    if (already) {
      already.isAgain = true;
      return;
    }
    const state = { isAgain: true };
    serving.set(workspaceId, state);
    void (async () => {
      while (state.isAgain) {
        state.isAgain = false;
        await serveOnce(workspaceId);
      }
      serving.delete(workspaceId);
    })();
  };
  const onQueued = ({ workspaceId }: { workspaceId: string }) => {
    known.spoil(workspaceId);
    if (waiting.has(workspaceId)) serve(workspaceId);
  };
  const timer = setInterval(() => {
    known.forgetOld();
    for (const workspaceId of waiting.keys()) onQueued({ workspaceId });
  }, lookEveryMs);
  timer.unref();
  const close = () => {
    clearInterval(timer);
    attemptChanges.off('queued', onQueued);
    services.signals.off('stopping', close);
    for (const claims of waiting.values()) for (const claim of claims) claim.leave();
  };
  attemptChanges.on('queued', onQueued);
  services.signals.once('stopping', close);

  return {
    wait({ workspaceId, runnerId, claimId }, { waitMs, signal }) {
      if (signal.aborted) return Promise.resolve(null);
      const { promise, resolve, reject } = Promise.withResolvers<Leased | null>();
      const claims = waiting.get(workspaceId) ?? new Set();
      waiting.set(workspaceId, claims);
      const leave = () => {
        clearTimeout(timeout);
        signal.removeEventListener('abort', giveUp);
        claims.delete(claim);
        if (claims.size === 0 && waiting.get(workspaceId) === claims) waiting.delete(workspaceId);
      };
      const claim: Waiting = {
        runnerId,
        claimId,
        isServed: false,
        hasLeft: 'no',
        leave: () => end('in-time'),
        settle: (leased) => {
          leave();
          resolve(leased);
        },
        fail: (error) => {
          leave();
          reject(error);
        },
      };
      const end = (how: 'in-time' | 'gone') => {
        if (claim.hasLeft !== 'gone') claim.hasLeft = how;
        if (!claim.isServed) claim.settle(null);
      };
      const giveUp = () => end('gone');
      const timeout = setTimeout(() => end('in-time'), waitMs);
      signal.addEventListener('abort', giveUp);
      claims.add(claim);
      serve(workspaceId);
      return promise;
    },
    close,
  };
}
