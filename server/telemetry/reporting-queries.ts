import { type RawBuilder, sql } from 'kysely';

/** `member_id` of everybody whose clients sent log records or traces since then. */
export const reportingMembers = (workspaceId: string, since: Date): RawBuilder<{ member_id: string }> =>
  sql<{
    member_id: string;
  }>`(select distinct member_id from telemetry_senders where workspace_id = ${workspaceId} and day >= ${since.toISOString().slice(0, 10)}::date)`;
