import type { z } from 'zod';
import type { FinishRequest } from '#contract/runner-protocol.ts';
import { ReeveError } from '#server/fail.ts';
import type { Services } from '#server/services.ts';
import { tellChanged } from './changes.ts';
import { endAttempt } from './end-attempt.ts';
import { findEnd, type LeaseRef } from './lease-queries.ts';
import { storableOrNull } from './storable.ts';

export type Finish = z.infer<typeof FinishRequest>;

export const answerContext = (attemptId: string): string => `cloud_attempts/${attemptId}/answer`;

/** Endings that only Reeve itself gives. */
const ofReeve: ReadonlySet<Finish['ending']> = new Set(['access-ended', 'runner-lost', 'no-runner']);

/**
 * A runner's last word about an attempt. The same again is answered alike.
 * @throws ReeveError lease-lost when it ended otherwise, or is another's
 */
export async function finishAttempt(
  { db, clock, secrets }: Pick<Services, 'db' | 'clock' | 'secrets'>,
  lease: LeaseRef,
  { ending, detail, answer, commits, usage }: Finish,
): Promise<void> {
  const { workspaceId, attemptId } = lease;
  if (ofReeve.has(ending))
    throw new ReeveError('bad-input', {}, { message: `“${ending}” is no ending that a runner gives.` });
  const sealedAnswer = answer === null ? null : await secrets.seal(answer, answerContext(attemptId));
  const isEnded = await db.transaction().execute(async (tx) => {
    const before = await findEnd(tx, lease);
    if (before) {
      if (before.ending !== ending) throw new ReeveError('lease-lost');
      return false;
    }
    const said = { detail: storableOrNull(detail), baseCommit: storableOrNull(commits?.base ?? null) };
    const how = { attemptId, ending, ...said, at: clock(), sealedAnswer, usage };
    if (await endAttempt(tx, { workspaceId, ...how, ifLease: lease })) return true;
    throw new ReeveError('lease-lost');
  });
  if (isEnded) tellChanged(workspaceId, [attemptId]);
}
