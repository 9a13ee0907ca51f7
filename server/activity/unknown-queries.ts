import { sql } from 'kysely';
import type { ActivitySource } from '#contract/activity-events.ts';
import type { Database } from '#server/db/open-database.ts';

export interface UnknownReport {
  workspaceId: string;
  source: ActivitySource;
  name: string;
  clientVersion: string | null;
}

/** NUL is no text to PostgreSQL, nor is half of a surrogate pair. */
const storable = (name: string): string => name.toWellFormed().replaceAll('\u0000', '').slice(0, 200);

/** Counts what was reported and is no kind Reeve knows. Once for each report: a repeated one is not to be given here again. */
export async function countUnknown(tx: Database, reports: readonly UnknownReport[], at: Date): Promise<void> {
  if (reports.length === 0) return;
  const rows = new Map<string, Record<string, unknown> & { times: number }>();
  for (const { workspaceId, source, name, clientVersion } of reports) {
    const row = {
      workspace_id: workspaceId,
      source,
      name: storable(name),
      client_version: storable(clientVersion ?? ''),
    };
    const key = JSON.stringify(row);
    const known = rows.get(key);
    if (known) known.times += 1;
    else rows.set(key, { ...row, first_at: at, last_at: at, times: 1 });
  }
  // In one order for everybody, so that two writers never wait for each other.
  const sorted = [...rows.entries()].sort(([one], [other]) => (one < other ? -1 : 1)).map(([, row]) => row);
  await sql`insert into activity_unknown as u (workspace_id, source, name, client_version, first_at, last_at, times)
    select workspace_id, source, name, client_version, first_at, last_at, times
    from json_populate_recordset(null::activity_unknown, ${JSON.stringify(sorted)}::json)
    on conflict (workspace_id, source, name, client_version) do update
      set times = u.times + excluded.times, last_at = greatest(u.last_at, excluded.last_at)`.execute(tx);
}

export interface UnknownCount {
  source: ActivitySource;
  name: string;
  times: number;
}

/** What was reported since and is no kind Reeve knows, the most frequent first. */
export async function listUnknown(
  db: Database,
  workspaceId: string,
  { since, limit }: { since: Date; limit: number },
): Promise<UnknownCount[]> {
  const rows = await db
    .selectFrom('activity_unknown')
    .select(({ fn }) => ['source', 'name', fn.sum<number>('times').as('times')])
    .where('workspace_id', '=', workspaceId)
    .where('last_at', '>=', since)
    .groupBy(['source', 'name'])
    .orderBy('times', 'desc')
    .orderBy('name')
    .limit(limit)
    .execute();
  return rows.map(({ times, ...row }) => ({ ...row, times: Number(times) }));
}
