import { type RawBuilder, sql } from 'kysely';
import type { Database } from '#server/db/open-database.ts';
import { memberFigures, totalFigures } from './figures.ts';
import { type MonthPart, monthsOf, type Period } from './period.ts';

export interface UsageFilter {
  surface?: string | undefined;
  model?: string | undefined;
  client?: string | undefined;
  /** All models but these. */
  exceptModels?: readonly string[] | undefined;
  groupId?: string | undefined;
  memberId?: string | undefined;
}

/** What a leaf has to be. */
export const leafIs = ({ surface, model, client, exceptModels = [] }: UsageFilter): RawBuilder<unknown> => {
  const wanted = Object.entries({ surface, model, client }).filter(([, value]) => value !== undefined);
  return sql.join(
    [
      sql`true`,
      ...wanted.map(([column, value]) => sql`${sql.ref(column)} = ${value}`),
      ...(exceptModels.length === 0 ? [] : [sql`model not in (${sql.join(exceptModels)})`]),
    ],
    sql` and `,
  );
};

export const memberIs = ({ memberId, groupId }: UsageFilter): RawBuilder<unknown> =>
  sql.join(
    [
      sql`true`,
      ...(memberId === undefined ? [] : [sql`member_id = ${memberId}`]),
      ...(groupId === undefined
        ? []
        : [sql`member_id in (select gm.member_id from group_members gm where gm.group_id = ${groupId})`]),
    ],
    sql` and `,
  );

export type LeafRow = { bucket: string; key: string; surface: string; model: string } & Record<string, number | string>;

const inPeriod = ({ from, to }: Pick<Period, 'from' | 'to'>) => sql`day between ${from}::date and ${to}::date`;
const dayText = sql`to_char(day, 'YYYY-MM-DD')`;
const floats = (names: readonly string[]) =>
  sql.join(names.map((name) => sql`sum(${sql.ref(name)})::float8 as ${sql.ref(name)}`));

/** Figures by day or week, surface and model, of everybody or of one group. */
export async function listTotals(
  db: Database,
  workspaceId: string,
  { period, filter }: { period: Period; filter: UsageFilter },
): Promise<LeafRow[]> {
  const { rows } = await sql<LeafRow>`
    select ${dayText} as bucket, surface, model, ${floats(totalFigures)} from usage_totals
    where workspace_id = ${workspaceId} and zone = ${period.timeZone} and grain = ${period.interval}
      and group_id = ${filter.groupId ?? ''} and ${inPeriod(period)} and ${leafIs(filter)}
    group by day, surface, model`.execute(db);
  return rows;
}

/** The same of one member. */
export async function listMemberTotals(
  db: Database,
  workspaceId: string,
  { period, filter }: { period: Period; filter: UsageFilter },
): Promise<LeafRow[]> {
  const bucket = period.interval === 'day' ? sql`day` : sql`date_trunc('week', day::timestamp)::date`;
  const { rows } = await sql<LeafRow>`
    select to_char(${bucket}, 'YYYY-MM-DD') as bucket, surface, model, ${floats(memberFigures)} from usage_days
    where workspace_id = ${workspaceId} and zone = ${period.timeZone} and ${inPeriod(period)} and ${memberIs(filter)}
      and ${leafIs(filter)}
    group by 1, surface, model`.execute(db);
  return rows;
}

/** Those with most use. */
export async function listTopGroups(
  db: Database,
  workspaceId: string,
  { period, filter, limit }: { period: Period; filter: UsageFilter; limit: number },
): Promise<{ id: string; name: string; members: number }[]> {
  const { rows } = await sql<{ id: string; name: string; members: number }>`
    select g.id, g.name, (select count(*) from group_members gm join members m on m.id = gm.member_id
      where gm.group_id = g.id and m.status = 'active') as members
    from groups g left join (
      select group_id, sum(credits) as credits, sum(cost_usd) as cost, sum(calls) as calls from usage_totals
      where workspace_id = ${workspaceId} and zone = ${period.timeZone} and grain = ${period.interval} and ${inPeriod(period)}
        and ${leafIs(filter)} group by group_id) u on u.group_id = g.id
    where g.workspace_id = ${workspaceId}
    order by u.credits desc nulls last, u.cost desc nulls last, u.calls desc nulls last, g.name, g.id limit ${limit}`.execute(
    db,
  );
  return rows;
}

/** Figures by group ('': everybody) and day or week. */
export async function listGroupTotals(
  db: Database,
  workspaceId: string,
  { period, filter, groupIds }: { period: Period; filter: UsageFilter; groupIds: readonly string[] },
): Promise<LeafRow[]> {
  const { rows } = await sql<LeafRow>`
    select ${dayText} as bucket, group_id as key, ${floats(totalFigures)} from usage_totals
    where workspace_id = ${workspaceId} and zone = ${period.timeZone} and grain = ${period.interval}
      and group_id in (${sql.join(['', ...groupIds])}) and ${inPeriod(period)} and ${leafIs(filter)}
    group by day, group_id`.execute(db);
  return rows;
}

/** How many members each group had, in the order of the days. */
export const listSizes = (db: Database, workspaceId: string, groupIds: readonly string[]) =>
  db
    .selectFrom('usage_sizes')
    .select(['group_id', 'members', sql<string>`to_char(day, 'YYYY-MM-DD')`.as('day')])
    .where('workspace_id', '=', workspaceId)
    .where('group_id', 'in', ['', ...groupIds])
    .orderBy(sql`usage_sizes.day`)
    .execute();

export const countMembersNow = async (db: Database, workspaceId: string): Promise<number> => {
  const { count } = await db
    .selectFrom('members')
    .select((by) => by.fn.countAll<number>().as('count'))
    .where('workspace_id', '=', workspaceId)
    .where('status', '=', 'active')
    .executeTakeFirstOrThrow();
  return Number(count);
};

/** Said beside the join, because the planner sees no dates in the joined rows and would read all the months there are. */
export const inMonths = (months: readonly MonthPart[]): RawBuilder<unknown> =>
  sql`u.month between ${months[0]?.month ?? null}::date and ${months.at(-1)?.month ?? null}::date`;

/** The months of a period as rows to join: `month`, its length, and which of its days count. */
export const monthRows = (months: readonly MonthPart[]): RawBuilder<unknown> =>
  sql`json_to_recordset(${JSON.stringify(months.map(({ month, length, mask, isWhole }) => ({ month, length, mask, is_whole: isWhole })))}::json)
    as p (month date, length integer, mask integer, is_whole boolean)`;

interface ActiveIn {
  period: Pick<Period, 'from' | 'to' | 'timeZone'>;
  filter: UsageFilter;
}

/** Who used what in the whole period, each combination once. */
const usedIn = (workspaceId: string, { period, filter }: ActiveIn, what: RawBuilder<unknown>): RawBuilder<unknown> => {
  const months = monthsOf(period.from, period.to);
  return sql`select ${what} from usage_months u join ${monthRows(months)} on p.month = u.month
    where u.workspace_id = ${workspaceId} and u.zone = ${period.timeZone} and ${inMonths(months)} and u.days & p.mask <> 0
      and u.member_id <> '' and ${leafIs(filter)} and ${memberIs(filter)} group by ${what}`;
};

/** Distinct members with use in the whole period. */
export async function countActive(db: Database, workspaceId: string, asked: ActiveIn): Promise<number> {
  const { rows } = await sql<{ members: number }>`
    select count(*)::integer as members from (${usedIn(workspaceId, asked, sql`u.member_id`)}) used`.execute(db);
  return rows[0]?.members ?? 0;
}

/** The same by surface and by model, in one reading. */
export async function countActiveBy(
  db: Database,
  workspaceId: string,
  asked: ActiveIn,
): Promise<Record<'all' | 'surface' | 'model', Map<string, number>>> {
  const { rows } = await sql<{ by: 'all' | 'surface' | 'model'; key: string; members: number }>`
    with used as materialized (${usedIn(workspaceId, asked, sql`u.member_id, u.surface, u.model`)})
    select 'all' as by, '' as key, count(*)::integer as members from (select member_id from used group by member_id) u
    union all select 'surface', surface, count(*)::integer from (select surface from used group by surface, member_id) u group by surface
    union all select 'model', model, count(*)::integer from (select model from used group by model, member_id) u group by model`.execute(
    db,
  );
  const mapOf = (by: string) => new Map(rows.filter((row) => row.by === by).map(({ key, members }) => [key, members]));
  return { all: mapOf('all'), surface: mapOf('surface'), model: mapOf('model') };
}

/** Distinct members of every group with use in the whole period. */
export async function countActiveByGroup(
  db: Database,
  workspaceId: string,
  { period, filter, groupIds }: { period: Period; filter: UsageFilter; groupIds: readonly string[] },
): Promise<Map<string, number>> {
  if (groupIds.length === 0) return new Map();
  const { rows } = await sql<{ key: string; members: number }>`
    with active as (
      select distinct u.member_id from usage_months u join ${monthRows(monthsOf(period.from, period.to))} on p.month = u.month
      where u.workspace_id = ${workspaceId} and u.zone = ${period.timeZone} and ${inMonths(monthsOf(period.from, period.to))} and u.days & p.mask <> 0 and ${leafIs(filter)})
    select gm.group_id as key, count(*)::integer as members from active a join group_members gm on gm.member_id = a.member_id
    where gm.group_id in (${sql.join(groupIds)}) group by gm.group_id`.execute(db);
  return new Map(rows.map(({ key, members }) => [key, members]));
}

/** Surfaces, models and clients that were used. */
export async function listUsed(
  db: Database,
  workspaceId: string,
  period: Period,
): Promise<{ surface: string; model: string; client: string }[]> {
  const { rows } = await sql<{ surface: string; model: string; client: string }>`
    select distinct surface, model, client from usage_totals
    where workspace_id = ${workspaceId} and zone = ${period.timeZone} and grain = 'day' and group_id = '' and ${inPeriod(period)}`.execute(
    db,
  );
  return rows;
}
