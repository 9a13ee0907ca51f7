import { record } from '#server/audit/index.ts';
import { ReeveError } from '#server/fail.ts';
import type { Services } from '#server/services.ts';
import type { ActingMember } from '../acting-member.ts';
import { lockConnection } from '../connections/connection-queries.ts';
import { retryDeliveries } from './delivery-queries.ts';

const namedAtMost = 1_000;

/**
 * Puts failed deliveries back in line, as if they had just come: these, or all of the connection. Those of them that failed for being
 * unreadable stay as they are.
 * @returns the ids of those that wait now, the newest first
 * @throws ReeveError not-found
 */
export const retryFailed = (
  { db, clock }: Pick<Services, 'db' | 'clock'>,
  { workspaceId, actor }: ActingMember,
  { id, deliveryIds }: { id: string; deliveryIds?: string[] | undefined },
): Promise<string[]> =>
  db.transaction().execute(async (tx) => {
    const connection = await lockConnection(tx, workspaceId, id);
    if (!connection) throw new ReeveError('not-found');
    const at = clock();
    const retried = await retryDeliveries(tx, workspaceId, { connectionId: id, ids: deliveryIds, at });
    await record(tx, actor, 'git.deliveries-retried', {
      at,
      subject: { kind: 'git-connection', id, label: connection.name },
      deliveries: retried.length,
      isAll: deliveryIds === undefined,
    });
    return retried.slice(0, namedAtMost);
  });
