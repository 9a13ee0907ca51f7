import type { z } from 'zod';
import { type HeartbeatAnswer, type HeartbeatRequest, leaseSeconds } from '#contract/runner-protocol.ts';
import type { Services } from '#server/services.ts';
import { tellChanged } from './changes.ts';
import { endAttempt } from './end-attempt.ts';
import { withoutAccess } from './give-out.ts';
import { extendLeases } from './lease-queries.ts';
import { readQueueLimits } from './queue-queries.ts';

type Order = z.infer<typeof HeartbeatAnswer>['leases'][number];

/** @property environmentId of what goes on */
export type OrderedLease = Pick<Order, 'attemptId' | 'epoch' | 'order'> & { environmentId: string | null };

/** A runner that does not end what was cancelled within this is told to stop, and the attempt ends without it. */
export const cancelWithinMs = 60_000;

/**
 * Extends the leases that a runner holds, and says what to do with each. Attempts of members who may not use Codex cloud any more end
 * here, so within one heartbeat; so do those whose cancelling takes too long.
 */
export async function extendAttempts(
  { db, clock }: Pick<Services, 'db' | 'clock'>,
  { workspaceId, runnerId }: { workspaceId: string; runnerId: string },
  refs: z.infer<typeof HeartbeatRequest>['running'],
): Promise<OrderedLease[]> {
  const now = clock();
  const until = new Date(now.getTime() + leaseSeconds * 1000);
  const held = await extendLeases(db, { workspaceId, runnerId }, { refs, until });
  const isOn = held.length > 0 && (await readQueueLimits(db, workspaceId))?.isOn;
  const refused = new Set(isOn ? await withoutAccess(db, workspaceId, held) : held);
  const ended = new Set<string>();
  for (const attempt of held) {
    const isOverdue =
      attempt.cancelAskedAt !== null && now.getTime() - attempt.cancelAskedAt.getTime() > cancelWithinMs;
    if (!refused.has(attempt) && !isOverdue) continue;
    const { id: attemptId, epoch } = attempt;
    const ending = attempt.cancelAskedAt === null ? 'access-ended' : 'cancelled';
    const end = { attemptId, ending, at: now, ifLease: { epoch, runnerId } } as const;
    await db.transaction().execute((tx) => endAttempt(tx, { workspaceId, ...end }));
    ended.add(attemptId);
  }
  tellChanged(workspaceId, [...ended]);
  const known = new Map(held.map((attempt) => [`${attempt.id}/${attempt.epoch}`, attempt]));
  return refs.map(({ attemptId, epoch }) => {
    const attempt = known.get(`${attemptId}/${epoch}`);
    if (!attempt || ended.has(attemptId)) return { attemptId, epoch, order: 'stop', environmentId: null };
    const { environmentId, cancelAskedAt } = attempt;
    return { attemptId, epoch, order: cancelAskedAt === null ? 'go-on' : 'cancel', environmentId };
  });
}
