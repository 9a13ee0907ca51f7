import { newId } from '#server/crypto/ids.ts';
import type { AttemptNeeds } from '#server/db/cloud-tables.ts';
import type { Database } from '#server/db/open-database.ts';
import { attemptChanges } from '../attempts/changes.ts';
import { insertAttempts } from './attempt-queries.ts';
import { requireRoom } from './limits.ts';
import type { Owner } from './queries.ts';

export interface QueuedTurn {
  taskId: string;
  environmentId: string;
  turnNumber: number;
  placements: readonly number[];
  needs: AttemptNeeds;
  at: Date;
}

/** @throws ReeveError task-limit */
export async function queueAttempts(
  tx: Database,
  owner: Owner,
  { taskId, environmentId, turnNumber, placements, needs, at }: QueuedTurn,
): Promise<void> {
  await requireRoom(tx, owner, placements.length);
  // The wire calls each of them a turn of the assistant. Sorted, so that the first place is the first to run.
  const ids = placements.map(() => newId('turn')).sort();
  const rows = placements.map((placement, index) => ({
    id: ids[index] ?? newId('turn'),
    taskId,
    environmentId,
    turnNumber,
    placement,
    needs,
    at,
  }));
  await insertAttempts(tx, owner, rows);
}

/** After the commit. */
export const tellOfQueued = (workspaceId: string): void => {
  attemptChanges.emit('queued', { workspaceId });
};

export const placesOf = (attempts: number): number[] => Array.from({ length: attempts }, (_, place) => place);
