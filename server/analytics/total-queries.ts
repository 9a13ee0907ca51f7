import { type RawBuilder, sql } from 'kysely';
import type { Database } from '#server/db/open-database.ts';
import {
  differs,
  distinctByLeaf,
  distinctNames,
  leaf,
  memberFigures,
  overwritten,
  refs,
  summed,
  totalFigures,
} from './figures.ts';

export interface TotalOf {
  workspaceId: string;
  zone: string;
  grain: 'day' | 'week';
  /** The day, or the Monday. */
  day: string;
}

/** The groups somebody counts in: their own as of now, and ''. */
const groupsOf = (member: RawBuilder<unknown>): RawBuilder<unknown> => sql`lateral (
  select '' as group_id union all select gm.group_id from group_members gm where gm.member_id = ${member}) g`;

/** Puts the sum of the members' days in the place of the total. */
export async function countTotal(tx: Database, { workspaceId, zone, grain, day }: TotalOf): Promise<void> {
  const key = ['group_id', ...leaf];
  const none = sql.join(distinctNames('members').map((name) => sql`coalesce(${sql.ref(name)}, 0) as ${sql.ref(name)}`));
  const here = sql`workspace_id = ${workspaceId} and zone = ${zone}`;
  const last = grain === 'day' ? sql`${day}::date` : sql`${day}::date + 6`;
  await sql`with used as materialized (
      select member_id, ${refs(leaf)}, ${summed(memberFigures)} from usage_days
      where ${here} and day between ${day}::date and ${last} group by member_id, ${refs(leaf)}),
    grouped as materialized (select g.group_id, u.* from used u, ${groupsOf(sql`u.member_id`)}),
    counted as materialized (
      select ${refs(key)}, ${refs(memberFigures)}, ${none} from (
        select ${refs(key)}, ${summed(memberFigures)} from grouped group by ${refs(key)}) figures
      left join (${distinctByLeaf('members', {
        bucket: ['group_id'],
        from: sql`select ${refs(key)}, member_id as thing from grouped where calls > 0 and member_id <> ''`,
      })}) members using (${refs(key)})),
    gone as (
      delete from usage_totals t where ${here} and grain = ${grain} and day = ${day}::date
        and not exists (select from counted c where c.group_id = t.group_id and c.surface = t.surface and c.client = t.client
          and c.model = t.model))
    insert into usage_totals as t (workspace_id, zone, grain, day, ${refs(key)}, ${refs(totalFigures)})
    select ${workspaceId}, ${zone}, ${grain}, ${day}::date, ${refs(key)}, ${refs(totalFigures)} from counted
    on conflict (workspace_id, zone, grain, day, ${refs(key)}) do update set ${overwritten(totalFigures)}
      where ${differs(totalFigures)}`.execute(tx);
}

const markKey = ['group_id', 'what', 'name', 'tool', 'decided_by', 'rule', 'policy_name', ...leaf] as const;
const markFigures = ['times', 'failed', 'duration_ms', 'timed', 'members'] as const;

export async function countMarkTotal(tx: Database, { workspaceId, zone, day }: TotalOf): Promise<void> {
  const here = sql`workspace_id = ${workspaceId} and zone = ${zone} and day = ${day}::date`;
  const isSame = sql.join(
    markKey.map((column) => sql`c.${sql.ref(column)} = t.${sql.ref(column)}`),
    sql` and `,
  );
  await sql`with counted as materialized (
      select ${refs(markKey)}, sum(times) as times, sum(failed) as failed, sum(duration_ms) as duration_ms, sum(timed) as timed,
        count(distinct nullif(member_id, '')) as members
      from usage_marks u, ${groupsOf(sql`u.member_id`)} where ${here} group by ${refs(markKey)}),
    gone as (
      delete from usage_mark_totals t where ${here} and not exists (select from counted c where ${isSame}))
    insert into usage_mark_totals as t (workspace_id, zone, day, ${refs(markKey)}, ${refs(markFigures)})
    select ${workspaceId}, ${zone}, ${day}::date, ${refs(markKey)}, ${refs(markFigures)} from counted
    on conflict (workspace_id, zone, day, ${refs(markKey)}) do update set ${overwritten(markFigures)}
      where ${differs(markFigures)}`.execute(tx);
}

/** How many members each group has now, kept for the day; what was kept for a day that is over stays. */
export async function keepSizes(
  tx: Database,
  { workspaceId, day, isOver }: { workspaceId: string; day: string; isOver: boolean },
): Promise<void> {
  const unless = isOver
    ? sql`do nothing`
    : sql`(workspace_id, group_id, day) do update set members = excluded.members where t.members <> excluded.members`;
  await sql`insert into usage_sizes as t (workspace_id, group_id, day, members)
    select ${workspaceId}, g.group_id, ${day}::date, count(*) from members m, ${groupsOf(sql`m.id`)}
    where m.workspace_id = ${workspaceId} and m.status = 'active' group by g.group_id
    on conflict ${unless}`.execute(tx);
}
