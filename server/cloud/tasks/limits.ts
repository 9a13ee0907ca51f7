import type { Database } from '#server/db/open-database.ts';
import { ReeveError } from '#server/fail.ts';
import type { Owner } from './queries.ts';
import { lockMember, readLoad } from './standing-queries.ts';

/** Attempts of one member that may wait. How many run at once is the workspace's to say. */
export const queuedPerMember = 50;

/**
 * Until the transaction ends nobody else adds anything for this member.
 * @throws ReeveError task-limit
 */
export async function requireRoom(tx: Database, owner: Owner, more: number): Promise<void> {
  await lockMember(tx, owner);
  const { queued } = await readLoad(tx, owner);
  if (queued + more > queuedPerMember) throw new ReeveError('task-limit', { queued, queuedPerMember });
}
