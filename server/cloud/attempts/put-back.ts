import type { Database } from '#server/db/open-database.ts';
import type { Services } from '#server/services.ts';
import { lockForPuttingBack, putBackRow } from './put-back-queries.ts';

/**
 * Puts a leased attempt back into the queue, in the caller's transaction, and drops what the lease left: a diff half done or a thread of an
 * agent that was cut off must not be shown as the next one's, or gone on from.
 * @param which.ifUnheard only while no heartbeat has named the lease
 * @returns false when that lease is not the present one
 */
export async function putBackAttempt(
  { blobs }: Pick<Services, 'blobs'>,
  tx: Database,
  workspaceId: string,
  { isLoss, ...which }: { id: string; epoch: number; isLoss: boolean; ifUnheard?: boolean },
): Promise<boolean> {
  const row = await lockForPuttingBack(tx, workspaceId, which);
  if (!row) return false;
  for (const blob of [row.diff_blob, row.session_blob]) if (blob !== null) await blobs.forget(tx, blob);
  await putBackRow(tx, workspaceId, { id: which.id, isLoss });
  return true;
}
