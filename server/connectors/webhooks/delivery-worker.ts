import { ReeveError } from '#server/fail.ts';
import type { Repeated } from '#server/jobs/repeat.ts';
import type { Services } from '#server/services.ts';
import { type DeliveryRow, endDelivery, takeDueDelivery } from './delivery-queries.ts';
import type { KeptPayload } from './kept-payload.ts';

/** What GitHub told of, as it is kept. The newest state is GitHub's to say: ask it, do not believe what is here. */
export interface GitDelivery extends KeptPayload {
  workspaceId: string;
  connectionId: string;
  event: string;
  action: string | null;
  /** `owner/name` at that time. */
  repository: string | null;
  /** When it came; of one that was caught up, when GitHub sent it, by GitHub's clock. */
  at: Date;
  isCaughtUp: boolean;
}

/**
 * What is done when GitHub tells of something. Deliveries come late, in any order and more than once, and `take` may be cut off at any
 * point and repeated.
 */
export interface DeliveryConsumer {
  /** GitHub's name: `pull_request`. */
  event: string;
  take(delivery: GitDelivery): Promise<void>;
}

/** Longer than any consumer takes; then whoever had it is thought dead. */
const takenForMs = 5 * 60_000;
const retryAfterMs = [10_000, 60_000, 5 * 60_000, 30 * 60_000, 2 * 3_600_000];

const asDelivery = ({ payload, ...row }: DeliveryRow): GitDelivery => ({
  ...(payload as KeptPayload),
  workspaceId: row.workspace_id,
  connectionId: row.connection_id,
  event: row.event,
  action: row.action,
  repository: row.repository,
  at: row.received_at,
  isCaughtUp: row.is_caught_up,
});

/** In words that may be shown: what others say is theirs, what is a bug is in the log. */
const problemOf = (error: unknown): string =>
  error instanceof ReeveError ? error.message : 'It could not be worked on; the log of this server says why.';

/** Works on what was received, one after the other. Several processes share the work. */
export function openDeliveryWorker(
  { db, clock, log }: Pick<Services, 'db' | 'clock' | 'log'>,
  consumers: readonly DeliveryConsumer[],
): Repeated {
  const retryOrGiveUp = async (row: DeliveryRow, error: unknown) => {
    const at = clock();
    const pause = retryAfterMs[row.tries - 1];
    const state = pause === undefined ? 'failed' : 'waiting';
    if (!(error instanceof ReeveError)) log.error({ err: error, delivery: row.id }, 'a webhook delivery was not taken');
    const dueAt = new Date(at.getTime() + (pause ?? 0));
    await endDelivery(db, row, { state, problem: problemOf(error), at, dueAt });
  };
  return {
    name: 'git-deliveries',
    everyMs: 1_000,
    async run() {
      const at = clock();
      const row = await takeDueDelivery(db, { at, until: new Date(at.getTime() + takenForMs) });
      if (!row) return false;
      const wanted = consumers.filter(({ event }) => event === row.event);
      try {
        const delivery = asDelivery(row);
        for (const { take } of wanted) await take(delivery);
      } catch (error) {
        await retryOrGiveUp(row, error);
        return true;
      }
      await endDelivery(db, row, { state: wanted.length > 0 ? 'done' : 'ignored', problem: null, at: clock() });
      return true;
    },
  };
}
