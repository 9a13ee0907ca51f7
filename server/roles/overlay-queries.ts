import { sql } from 'kysely';
import type { Database } from '#server/db/open-database.ts';
import { hasNoRole } from './role-queries.ts';

/** One row of `role_grants`, without its time. */
export interface Grant {
  role_id: string;
  member_id: string | null;
  group_id: string | null;
}
export interface Membership {
  group_id: string;
  member_id: string;
}

/** What would be different from the rows that are there. */
export interface AccessOverlay {
  removed: Grant[];
  added: Grant[];
  joins: Membership[];
  leaves: Membership[];
  /** All grants of these roles go. */
  removedRoles: string[];
  /** All grants to these groups go. */
  removedGroups: string[];
  /** What these grant changes, or they go. */
  touchedRoles: string[];
  /** What members without any role have changes. */
  isDefaultTouched: boolean;
}

export interface RolesNowAndThen {
  /** Ids of roles, by commas; null where there is none and the default role counts. */
  now_ids: string | null;
  then_ids: string | null;
  count: string | number;
  first: { id: string; name: string; email: string }[];
}

/**
 * Members whose roles a change touches, counted by what they hold before and after it, whichever way: there are few such pairs, however
 * many members. The first 20 of each by name. Only who can come in counts: active and invited members.
 */
export async function compareHeldRoles(
  db: Database,
  workspaceId: string,
  overlay: AccessOverlay,
): Promise<RolesNowAndThen[]> {
  if (!db.isTransaction) return db.transaction().execute((tx) => compareHeldRoles(tx, workspaceId, overlay));
  // PostgreSQL would compile this query for seconds to save milliseconds.
  await sql`select set_config('jit', 'off', true)`.execute(db);
  return compareRows(db, workspaceId, overlay);
}

async function compareRows(db: Database, workspaceId: string, overlay: AccessOverlay): Promise<RolesNowAndThen[]> {
  const json = (value: unknown) => sql`cast(${JSON.stringify(value)} as jsonb)`;
  const grants = (rows: readonly Grant[]) =>
    sql`select r.role_id, r.member_id, r.group_id from jsonb_to_recordset(${json(rows)}) as r(role_id text, member_id text, group_id text)`;
  const memberships = (rows: readonly Membership[]) =>
    sql`select r.group_id, r.member_id from jsonb_to_recordset(${json(rows)}) as r(group_id text, member_id text)`;
  const ids = (values: readonly string[]) => sql`select value from jsonb_array_elements_text(${json(values)})`;
  // Rows by index from the few members that are touched; a list of all grants would be compared with each of them.
  const isKept = (role: string, group: string, member: string) => sql`
    ${sql.ref(role)} not in (${ids(overlay.removedRoles)})
    and (${sql.ref(group)} is null or ${sql.ref(group)} not in (${ids(overlay.removedGroups)}))
    and not exists (
      select 1 from gone
      where gone.role_id = ${sql.ref(role)} and (gone.group_id = ${sql.ref(group)} or (${sql.ref(group)} is null and gone.member_id = ${sql.ref(member)})))`;
  const { rows } = await sql<RolesNowAndThen>`
    with gone as (${grants(overlay.removed)}),
    given as (${grants(overlay.added)}),
    joins as (${memberships(overlay.joins)}),
    leaves as (${memberships(overlay.leaves)}),
    touched_groups as (
      select group_id from gone where group_id is not null
      union select group_id from given where group_id is not null
      union ${ids(overlay.removedGroups)}
      union select g.group_id from role_grants g
        where g.workspace_id = ${workspaceId} and g.group_id is not null and g.role_id in (${ids(overlay.touchedRoles)})),
    touched as materialized (
      select member_id from gone where member_id is not null
      union select member_id from given where member_id is not null
      union select member_id from joins
      union select member_id from leaves
      union select g.member_id from role_grants g
        where g.workspace_id = ${workspaceId} and g.member_id is not null and g.role_id in (${ids(overlay.touchedRoles)})
      union select gm.member_id from touched_groups tg join group_members gm on gm.group_id = tg.group_id
      union select m.id from members m
        where ${sql.lit(overlay.isDefaultTouched)} and m.workspace_id = ${workspaceId} and ${hasNoRole(sql.ref('m.id'))}),
    now_rows as materialized (
      select t.member_id, g.role_id, g.group_id from touched t join role_grants g on g.member_id = t.member_id
      union all
      select gm.member_id, g.role_id, g.group_id
      from touched t join group_members gm on gm.member_id = t.member_id join role_grants g on g.group_id = gm.group_id),
    then_rows as (
      select r.member_id, r.role_id from now_rows r
      where ${isKept('r.role_id', 'r.group_id', 'r.member_id')}
        and not exists (select 1 from leaves l where l.group_id = r.group_id and l.member_id = r.member_id)
      union all
      select given.member_id, given.role_id from given where given.member_id is not null
      union all
      select gm.member_id, given.role_id from given join group_members gm on gm.group_id = given.group_id
      where not exists (select 1 from leaves l where l.group_id = gm.group_id and l.member_id = gm.member_id)
      union all
      select joins.member_id, given.role_id from given join joins on joins.group_id = given.group_id
      union all
      select joins.member_id, g.role_id from joins join role_grants g on g.group_id = joins.group_id
      where ${isKept('g.role_id', 'g.group_id', 'joins.member_id')}),
    now_held as (select member_id, string_agg(distinct role_id, ',' order by role_id) as ids from now_rows group by member_id),
    then_held as (select member_id, string_agg(distinct role_id, ',' order by role_id) as ids from then_rows group by member_id),
    numbered as (
      select b.ids as now_ids, a.ids as then_ids, m.id, m.name, m.email,
        row_number() over (partition by b.ids, a.ids order by lower(m.name), m.id) as place
      from touched t
      join members m on m.id = t.member_id
      left join now_held b on b.member_id = t.member_id
      left join then_held a on a.member_id = t.member_id
      where m.workspace_id = ${workspaceId} and m.status in ('active', 'invited'))
    select now_ids, then_ids, count(*) as count,
      json_agg(json_build_object('id', id, 'name', name, 'email', email) order by place) filter (where place <= 20) as first
    from numbered group by now_ids, then_ids`.execute(db);
  return rows;
}
