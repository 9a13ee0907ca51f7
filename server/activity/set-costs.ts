import { sql } from 'kysely';
import type { Database } from '#server/db/open-database.ts';
import { activityId } from './event-row.ts';
import { markDue } from './queries.ts';
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
  const { rows } = await sql<{ at: Date; member_id: string | null }>`
    update activity_events e set cost_usd = n."costUsd", credits = n.credits
    from json_to_recordset(${JSON.stringify(costs)}::json) as n (id text, "costUsd" double precision, credits double precision)
    where e.workspace_id = ${workspaceId} and e.id = n.id
    returning e.at, e.member_id`.execute(tx);
  if (rows.length > 0)
    await markDue(
      tx,
      rows.map((row) => ({ ...row, workspace_id: workspaceId })),
      since,
    );
}
