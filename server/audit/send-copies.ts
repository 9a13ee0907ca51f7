import { type CopyServices, copyCheckpoint } from './copies/copy-checkpoint.ts';
import { claimCopies, finishCopy, postponeCopy } from './copy-queries.ts';
import { copyPlaces } from './make-checkpoint.ts';

/** Nobody else tries meanwhile; longer than any place may take to answer. */
const claimMs = 120_000;
const copiesAtOnce = 20;
const firstRetryMs = 30_000;
const longestRetryMs = 3_600_000;

const retryAfterMs = (attempts: number): number => Math.min(firstRetryMs * 2 ** attempts, longestRetryMs);

const reasonOf = (error: unknown): string => {
  const { message, cause } = error as Error;
  const code = (cause as NodeJS.ErrnoException | undefined)?.code;
  return (code === undefined ? message : `${message} (${code})`).slice(0, 500);
};

/** Takes checkpoints where they have to go, until none is due. What fails is tried again, less and less often, for ever. */
export async function sendCopies(services: CopyServices): Promise<{ sent: number; failed: number }> {
  const { db, clock, config, log } = services;
  const counts = { sent: 0, failed: 0 };
  for (;;) {
    const now = clock();
    const until = new Date(now.getTime() + claimMs);
    const due = await claimCopies(db, { now, until, places: copyPlaces(config.audit), limit: copiesAtOnce });
    if (due.length === 0) return counts;
    for (const { place, attempts, ...copy } of due) {
      const id = { chain: copy.chain, number: copy.number, place };
      try {
        const answer = await copyCheckpoint(services, copy, place);
        await finishCopy(db, id, { at: clock(), answer });
        counts.sent += 1;
      } catch (error) {
        const problem = reasonOf(error);
        log.warn({ ...id, problem }, 'a checkpoint of the audit log could not be copied; it is tried again');
        await postponeCopy(db, id, { nextAt: new Date(clock().getTime() + retryAfterMs(attempts)), problem });
        counts.failed += 1;
      }
    }
  }
}
