import { createHash } from 'node:crypto';
import type { Database } from '#server/db/open-database.ts';
import { countLeftOut, type EgressRow, insertEgress, readKeptRequests } from './log-queries.ts';

/**
 * Kept of one attempt: so many that were let through and so many that were refused, so that neither kind can crowd out the other. The rest
 * is counted. A task that floods the network fills no database.
 */
export const mostRequestsKept = 10_000;

/** The first ones that there is room for. */
function withRoom(rows: readonly EgressRow[], kept: { allowed: number; refused: number }, most: number): EgressRow[] {
  let [allowed, refused] = [most - kept.allowed, most - kept.refused];
  return rows.filter(({ isAllowed }) => {
    if (isAllowed) allowed -= 1;
    else refused -= 1;
    return (isAllowed ? allowed : refused) >= 0;
  });
}

/** Requests of a container, as reported. Repeating a report changes nothing. The caller holds the attempt's row. */
export async function keepRequests(
  tx: Database,
  workspaceId: string,
  { attemptId, environmentId, rows }: { attemptId: string; environmentId: string | null; rows: readonly EgressRow[] },
  most = mostRequestsKept,
): Promise<void> {
  if (rows.length === 0) return;
  const ids = rows.map(({ id }) => id);
  const kept = await readKeptRequests(tx, workspaceId, { attemptId, ids });
  const fresh = rows.filter(({ id }) => !kept.known.has(id));
  const taken = withRoom(fresh, kept, most);
  await insertEgress(tx, workspaceId, { attemptId, environmentId, rows: taken });
  const count = fresh.length - taken.length;
  if (count === 0) return;
  const report = createHash('sha256').update(ids.join()).digest('hex');
  await countLeftOut(tx, workspaceId, { attemptId, count, report });
}
