import { type RawBuilder, sql } from 'kysely';
import type { z } from 'zod';
import type { MemberSort } from '#contract/analytics.ts';
import type { Database } from '#server/db/open-database.ts';
import { sums } from './figures.ts';
import { monthsOf, type Period } from './period.ts';
import { inMonths, leafIs, memberIs, monthRows, type UsageFilter } from './usage-queries.ts';

export type RankingRow = {
  member_id: string;
  rank: number;
  total: number;
  name: string | null;
  email: string | null;
  threads: number;
  turns: number;
  active_days: number;
  streak: number;
  last_day: string | null;
} & Record<(typeof sums)[number], number>;

interface Days {
  period: Pick<Period, 'from' | 'to' | 'timeZone'>;
  filter: UsageFilter;
}

const sortBy: Record<z.output<typeof MemberSort>, RawBuilder<unknown>> = {
  credits: sql`credits`,
  costUsd: sql`cost_usd`,
  threads: sql`threads`,
  turns: sql`turns`,
  totalTokens: sql`input_tokens + output_tokens`,
  calls: sql`calls`,
  activeDays: sql`active_days`,
  streakDays: sql`streak`,
};

/** Which of the columns for distinct things fits what is fixed. */
const levelOf = ({ surface, model, client }: UsageFilter): string => {
  if (client !== undefined) return model === undefined ? '_of_client' : '_of_leaf';
  if (surface !== undefined) return model === undefined ? '_of_surface' : '_of_surface_model';
  return model === undefined ? '' : '_of_model';
};

const figuresOf = (filter: UsageFilter): RawBuilder<unknown> =>
  sql.join([
    ...sums.map((name) => sql`u.${sql.ref(name)}`),
    sql`u.${sql.ref(`threads${levelOf(filter)}`)} as threads`,
    sql`u.${sql.ref(`turns${levelOf(filter)}`)} as turns`,
  ]);

/** Whose rows: in the workspace and its days, of the filter, and more. */
const here = (workspaceId: string, { period, filter }: Days, more: RawBuilder<unknown>) =>
  sql`u.workspace_id = ${workspaceId} and u.zone = ${period.timeZone} and ${leafIs(filter)} and ${memberIs(filter)} and ${more}`;

/** Every member's figures in the period: whole months from the months, what is left at the ends from the days. */
function usedBy(workspaceId: string, days: Days, who: RawBuilder<unknown>): RawBuilder<unknown> {
  const months = monthsOf(days.period.from, days.period.to);
  const figures = figuresOf(days.filter);
  const ends = months
    .filter(({ isWhole }) => !isWhole)
    .map(
      ({ from, to }) =>
        sql`union all select u.member_id, ${figures} from usage_days u
          where ${here(workspaceId, days, who)} and u.day between ${from}::date and ${to}::date`,
    );
  return sql`select u.member_id, ${figures} from usage_months u
      where ${here(workspaceId, days, who)} and ${inMonths(months)} and u.month in (
        select p.month from ${monthRows(months)} where p.is_whole) ${sql.join(ends, sql` `)}`;
}

/** How many days in a row up to the last day of the period, or the day before: a day that is not over breaks nothing. */
function streakOf(workspaceId: string, days: Days, who: RawBuilder<unknown>): RawBuilder<unknown> {
  const { period } = days;
  const longest = new Date(Date.parse(`${period.to}T00:00:00Z`) - 366 * 86_400_000).toISOString().slice(0, 10);
  const months = monthsOf(longest, period.to);
  const isLate = sql`(u.month = date_trunc('month', ${period.to}::date - 1)::date or u.month = date_trunc('month', ${period.to}::date)::date)`;
  return sql`select member_id, length(recent) - length(ltrim(recent, '1')) as streak from (
      select member_id, case when left(marks, 1) = '0' then substr(marks, 2) else marks end as recent from (
        select a.member_id, string_agg(substr((coalesce(d.days, 0) & p.mask)::bit(31)::text,
            case when p.month = date_trunc('month', ${period.to}::date)::date then 32 - extract(day from ${period.to}::date)::integer
              else 32 - p.length end), '' order by p.month desc) as marks
        from (select distinct u.member_id from usage_months u where ${here(workspaceId, days, who)} and ${isLate}) a
        cross join ${monthRows(months)}
        left join (select u.member_id, u.month, bit_or(u.days) as days from usage_months u where ${here(workspaceId, days, who)}
          and u.month >= ${months[0]?.month ?? period.to}::date group by u.member_id, u.month) d
          on d.member_id = a.member_id and d.month = p.month
        group by a.member_id) marked) cut`;
}

/** On how many days of the period each was active, and when last. */
const activeDays = (workspaceId: string, days: Days, who: RawBuilder<unknown>): RawBuilder<unknown> => sql`
  select member_id, sum(length(replace(marks, '0', '')))::integer as active_days,
    to_char(max(month + length(ltrim(marks, '0')) - 1) filter (where strpos(marks, '1') > 0), 'YYYY-MM-DD') as last_day
  from (
    select u.member_id, u.month, (bit_or(u.days) & p.mask)::bit(31)::text as marks
    from usage_months u join ${monthRows(monthsOf(days.period.from, days.period.to))} on p.month = u.month
    where ${here(workspaceId, days, who)} and ${inMonths(monthsOf(days.period.from, days.period.to))}
    group by u.member_id, u.month, p.mask) marked
  group by member_id`;

export interface RankingPage extends Days {
  search: string | undefined;
  sort: z.output<typeof MemberSort>;
  direction: 'asc' | 'desc';
  offset: number;
  limit: number;
}

/** A page of the members with use in the period, in the order asked for. */
export async function listRanking(
  db: Database,
  workspaceId: string,
  { search, sort, direction, offset, limit, ...days }: RankingPage,
): Promise<RankingRow[]> {
  const part = search?.trim().toLowerCase() ?? '';
  const found = part === '' ? sql`true` : sql`strpos(lower(m.name || ' ' || m.email), ${part}) > 0`;
  const order = sql`${sortBy[sort]} ${sql.raw(direction)}`;
  const everybody = sql`true`;
  const ofPage = sql`u.member_id in (select member_id from page)`;
  // The streak of everybody is counted only where it is what decides.
  const streaks = sort === 'streakDays' ? streakOf(workspaceId, days, everybody) : null;
  const dayCounts = sort === 'activeDays' ? activeDays(workspaceId, days, everybody) : null;
  const { rows } = await sql<RankingRow>`
    with used as (
      select member_id, ${sql.join([...sums, 'threads', 'turns'].map((name) => sql`sum(${sql.ref(name)})::float8 as ${sql.ref(name)}`))}
      from (${usedBy(workspaceId, days, everybody)}) figures group by member_id having sum(calls) > 0),
    page as materialized (
      select u.*, m.name, m.email, count(*) over () as total, row_number() over (order by ${order}, u.member_id) as rank
        ${streaks ? sql`, coalesce(streak, 0) as by_streak` : sql``}
      from used u left join members m on m.id = u.member_id
        ${streaks ? sql`left join (${streaks}) s on s.member_id = u.member_id` : sql``}
        ${dayCounts ? sql`left join (${dayCounts}) d on d.member_id = u.member_id` : sql``}
      where ${found} order by ${order}, u.member_id offset ${offset} limit ${limit})
    select page.*, coalesce(s.streak, 0) as streak, coalesce(d.active_days, 0) as active_days, d.last_day
    from page left join (${streakOf(workspaceId, days, ofPage)}) s on s.member_id = page.member_id
      left join (${activeDays(workspaceId, days, ofPage)}) d on d.member_id = page.member_id
    order by rank`.execute(db);
  return rows;
}

export const countRanked = async (
  db: Database,
  workspaceId: string,
  { search, ...days }: Days & { search: string | undefined },
): Promise<number> => {
  const part = search?.trim().toLowerCase() ?? '';
  const found = part === '' ? sql`true` : sql`strpos(lower(m.name || ' ' || m.email), ${part}) > 0`;
  const { rows } = await sql<{ count: number }>`
    select count(*)::integer as count from (
      select u.member_id from usage_months u join ${monthRows(monthsOf(days.period.from, days.period.to))} on p.month = u.month
      where ${here(workspaceId, days, sql`u.days & p.mask <> 0`)} and ${inMonths(monthsOf(days.period.from, days.period.to))} group by u.member_id) used
    left join members m on m.id = used.member_id where ${found}`.execute(db);
  return rows[0]?.count ?? 0;
};

export const listGroupsOf = (db: Database, workspaceId: string, memberIds: readonly string[]) =>
  memberIds.length === 0
    ? Promise.resolve([])
    : db
        .selectFrom('group_members')
        .innerJoin('groups', 'groups.id', 'group_members.group_id')
        .select(['group_members.member_id', 'groups.id', 'groups.name'])
        .where('groups.workspace_id', '=', workspaceId)
        .where('group_members.member_id', 'in', [...memberIds])
        .orderBy('groups.name')
        .execute();

/** Everybody with use in the period, in the order of their ids, for exports. */
export async function listUsage(
  db: Database,
  workspaceId: string,
  { after, limit, ...days }: Days & { after: string | null; limit: number },
): Promise<RankingRow[]> {
  const months = monthsOf(days.period.from, days.period.to);
  const isAfter = after === null ? sql`true` : sql`u.member_id > ${after}`;
  const ofPage = sql`u.member_id in (select member_id from page)`;
  const { rows } = await sql<RankingRow>`
    with page as materialized (
      select distinct u.member_id from usage_months u join ${monthRows(months)} on p.month = u.month
      where ${here(workspaceId, days, isAfter)} and ${inMonths(months)} and u.days & p.mask <> 0 order by u.member_id limit ${limit})
    select used.*, m.name, m.email, coalesce(d.active_days, 0) as active_days, d.last_day from (
      select member_id, ${sql.join([...sums, 'threads', 'turns'].map((name) => sql`sum(${sql.ref(name)})::float8 as ${sql.ref(name)}`))}
      from (${usedBy(workspaceId, days, ofPage)}) figures group by member_id) used
    left join members m on m.id = used.member_id
    left join (${activeDays(workspaceId, days, ofPage)}) d on d.member_id = used.member_id
    order by used.member_id`.execute(db);
  return rows;
}
