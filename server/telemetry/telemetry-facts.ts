import { sql } from 'kysely';
import { listUnknown, type UnknownCount } from '#server/activity/index.ts';
import type { Database } from '#server/db/open-database.ts';

const dayMs = 86_400_000;

/** How complete what clients report is, for whoever shows figures that come from it. */
export interface TelemetryFacts {
  /** Members with a model call within the last day. */
  callingMembers: number;
  /** Of those, members whose client sent log records within the last two days; who calls and is not among them does not report. */
  reportingMembers: number;
  /** When a client last sent log records; null: never in the last 90 days. */
  newestAt: Date | null;
  /** Events of the last 30 days that Reeve has no kind for, by the name clients give them, the most frequent first. */
  unknown: UnknownCount[];
}

const mostUnknown = 20;

export async function readTelemetryFacts(db: Database, workspaceId: string, now: Date): Promise<TelemetryFacts> {
  const since = new Date(now.getTime() - dayMs);
  const day = since.toISOString().slice(0, 10);
  const { rows } = await sql<{ calling: number; reporting: number; newest: Date | null }>`
    with calling as (
      select distinct member_id from seen_clients where workspace_id = ${workspaceId} and last_seen_at >= ${since}
    )
    select (select count(*) from calling) as calling,
      (select count(*) from calling c where exists (
        select from telemetry_senders t
        where t.workspace_id = ${workspaceId} and t.day >= ${day}::date and t.member_id = c.member_id and t.signal = 'logs'
      )) as reporting,
      (select max(last_at) from telemetry_senders where workspace_id = ${workspaceId} and signal = 'logs'
        and day = (select max(day) from telemetry_senders where workspace_id = ${workspaceId} and signal = 'logs')) as newest`.execute(
    db,
  );
  const unknown = await listUnknown(db, workspaceId, {
    since: new Date(now.getTime() - 30 * dayMs),
    limit: mostUnknown,
  });
  const [row] = rows;
  return {
    callingMembers: row?.calling ?? 0,
    reportingMembers: row?.reporting ?? 0,
    newestAt: row?.newest ?? null,
    unknown,
  };
}
