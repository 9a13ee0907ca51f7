import { sql } from 'kysely';
import type { ActivitySource } from '#contract/activity-events.ts';
import type { Database } from '#server/db/open-database.ts';
import { monthsOf, type Period } from './period.ts';
import { inMonths, monthRows } from './usage-queries.ts';

const mostWaiting = 10_000;

export async function readWaiting(
  db: Database,
  workspaceId: string,
  { since }: { since: string },
): Promise<{ waiting: number; oldest: Date | null; newestAt: Date | null; newestReceivedAt: Date | null }> {
  const { rows } = await sql<{
    waiting: number;
    oldest: Date | null;
    newest_at: Date | null;
    newest_received_at: Date | null;
  }>`
    select (select count(*)::integer from (select from activity_due d where d.workspace_id = ${workspaceId} limit ${mostWaiting}) w) as waiting,
      least((select min(d.since) from activity_due d where d.workspace_id = ${workspaceId}),
        (select min(u.since) from usage_due u where u.workspace_id = ${workspaceId} and u.day >= ${since}::date)) as oldest,
      (select e.at from activity_events e where e.workspace_id = ${workspaceId} order by e.at desc limit 1) as newest_at,
      (select e.received_at from activity_events e where e.workspace_id = ${workspaceId} order by e.seq desc limit 1)
        as newest_received_at`.execute(db);
  const [row] = rows;
  return {
    waiting: row?.waiting ?? 0,
    oldest: row?.oldest ?? null,
    newestAt: row?.newest_at ?? null,
    newestReceivedAt: row?.newest_received_at ?? null,
  };
}

/** From how many members with use in the period each source reported in it. The gateway's reports are that use. */
export async function countReporting(
  db: Database,
  workspaceId: string,
  period: Period,
): Promise<{ source: ActivitySource; members: number; lastAt: Date | null }[]> {
  const months = sql`${monthRows(monthsOf(period.from, period.to))}`;
  const { rows } = await sql<{ source: ActivitySource; members: number; lastAt: Date | null }>`
    with active as (
      select distinct u.member_id from usage_months u join ${months} on p.month = u.month
      where u.workspace_id = ${workspaceId} and u.zone = ${period.timeZone} and ${inMonths(monthsOf(period.from, period.to))} and u.days & p.mask <> 0 and u.member_id <> '')
    select s.source, count(distinct a.member_id)::integer as members, max(s.last_at) as "lastAt"
    from usage_sources s join ${months} on p.month = s.month left join active a on a.member_id = s.member_id
    where s.workspace_id = ${workspaceId} and s.days & p.mask <> 0 group by s.source`.execute(db);
  return rows;
}

export const countUnknown = async (db: Database, workspaceId: string): Promise<number> => {
  const { rows } = await sql<{ times: number }>`
    select coalesce(sum(k.times), 0)::float8 as times from activity_unknown k where k.workspace_id = ${workspaceId}`.execute(
    db,
  );
  return rows[0]?.times ?? 0;
};

export const readSettingsRow = (db: Database, workspaceId: string) =>
  db
    .selectFrom('workspaces')
    .select(['codex_local_enabled', 'local_content_kept', 'time_zone'])
    .where('id', '=', workspaceId)
    .executeTakeFirstOrThrow();

export const listGroups = (db: Database, workspaceId: string) =>
  db
    .selectFrom('groups')
    .select(['id', 'name'])
    .where('workspace_id', '=', workspaceId)
    .orderBy('name')
    .orderBy('id')
    .execute();
