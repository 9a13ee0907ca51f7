import { type RawBuilder, sql } from 'kysely';
import type { Database } from '#server/db/open-database.ts';
import type { Period } from './period.ts';
import { leafIs, memberIs, type UsageFilter } from './usage-queries.ts';

export interface MarkRow {
  bucket: string;
  last_day: string;
  name: string;
  decided_by: string;
  rule: string;
  policy_name: string;
  times: number;
  failed: number;
  duration_ms: number;
  timed: number;
}

/** What somebody answered when asked is no rule's work. */
const isByRule = sql`(rule <> '' or decided_by <> 'user')`;

const panels = {
  tools: { is: sql`what = 'tool'`, key: ['name'], limit: 50 },
  decisions: { is: sql`what = 'decision'`, key: ['name', 'decided_by'], limit: 100 },
  blocked: {
    is: sql`what = 'decision' and failed > 0 and ${isByRule}`,
    key: ['rule', 'policy_name', 'decided_by'],
    limit: 100,
  },
  refusals: { is: sql`what = 'refusal'`, key: ['name'], limit: 100 },
} as const satisfies Record<string, { is: RawBuilder<unknown>; key: readonly string[]; limit: number }>;
export type MarkPanel = keyof typeof panels;

/** The most frequent of a kind by day or week, those of one key after each other, the most frequent first. */
export async function listMarks(
  db: Database,
  workspaceId: string,
  { panel, period, filter }: { panel: MarkPanel; period: Period; filter: UsageFilter },
): Promise<MarkRow[]> {
  const { is, key, limit } = panels[panel];
  const keys = sql.join(key.map((name) => sql.ref(name)));
  const bucket = period.interval === 'day' ? sql`day` : sql`date_trunc('week', day::timestamp)::date`;
  const from =
    filter.memberId === undefined
      ? sql`usage_mark_totals u where group_id = ${filter.groupId ?? ''}`
      : sql`usage_marks u where ${memberIs(filter)}`;
  const { rows } = await sql<MarkRow>`
    with marks as materialized (
      select to_char(${bucket}, 'YYYY-MM-DD') as bucket, to_char(max(day), 'YYYY-MM-DD') as last_day, ${keys}, sum(times)::float8 as times, sum(failed)::float8 as failed,
        sum(duration_ms)::float8 as duration_ms, sum(timed)::float8 as timed
      from ${from} and workspace_id = ${workspaceId} and zone = ${period.timeZone}
        and day between ${period.from}::date and ${period.to}::date and ${is} and ${leafIs(filter)}
      group by 1, ${keys}),
    top as (select ${keys}, sum(times) as total from marks group by ${keys} order by total desc, ${keys} limit ${limit})
    select m.* from marks m join top using (${keys}) order by top.total desc, ${keys}, bucket`.execute(db);
  return rows;
}
