import type { Database } from '#server/db/open-database.ts';
import { activityId } from './event-row.ts';
import { markDue, saveCosts } from './queries.ts';
import { sameAs } from './same-as.ts';

export interface CostOfCall {
  /** The gateway's call. */
  id: string;
  threadId: string | null;
  startedAt: Date;
  costUsd: number | null;
  credits: number | null;
}

/**
 * What calls of the past cost after a correction of prices. Their hours are counted again; they keep their number of arrival, because
 * nothing else happened.
 */
export async function setCosts(
  tx: Database,
  { workspaceId, calls, since }: { workspaceId: string; calls: readonly CostOfCall[]; since: Date },
): Promise<void> {
  const costs = calls.map(({ id, threadId, startedAt, costUsd, credits }) => ({
    id: activityId({ kind: 'model.call', sameAs: sameAs.modelCall(id), threadId, reportedAt: startedAt }),
    costUsd,
    credits,
  }));
  const rows = await saveCosts(tx, workspaceId, costs);
  if (rows.length > 0)
    await markDue(
      tx,
      rows.map((row) => ({ ...row, workspace_id: workspaceId })),
      since,
    );
}
