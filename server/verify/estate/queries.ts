import { type RawBuilder, sql } from 'kysely';
import type { Database } from '#server/db/open-database.ts';
import { clientsInTheField, type GovernedClient, governedClients } from '#server/policies/index.ts';
import { reportingMembers } from '#server/telemetry/index.ts';

export interface ListedClient extends GovernedClient {
  member_name: string;
  member_email: string;
  reports: boolean;
  is_below: boolean;
}

export interface Scope {
  workspaceId: string;
  since: Date;
  /** `0.163.0`; null: there is no minimum. */
  minimum: string | null;
}

/** As `isBelowMinimum` of the contract says; a version that cannot be read is below. */
const isBelow = (version: string, minimum: string | null): RawBuilder<boolean> =>
  minimum === null
    ? sql<boolean>`false`
    : sql<boolean>`coalesce(string_to_array(substring(${sql.ref(version)} from '^\\d{1,9}\\.\\d{1,9}\\.\\d{1,9}'), '.')::int[]
        < string_to_array(${minimum}, '.')::int[], true)`;

const listed = ({ workspaceId, since, minimum }: Scope) => sql`(
  select g.*, m.name as member_name, m.email as member_email, t.member_id is not null as reports, ${isBelow('g.version', minimum)} as is_below
  from ${governedClients(workspaceId, since)} g
  join members m on m.id = g.member_id and m.workspace_id = ${workspaceId}
  left join ${reportingMembers(workspaceId, since)} t on t.member_id = g.member_id
)`;

export interface ClientFilter {
  search?: string | undefined;
  version?: string | undefined;
  /** Names by which clients call themselves. */
  clients?: readonly string[] | undefined;
  only?: 'below-minimum' | 'old-policy' | 'silent' | undefined;
}

/** The last row of a page. */
export type ClientPosition = [name: string, memberId: string, client: string, version: string];

const key = sql`(lower(member_name), member_id, client, coalesce(version, ''))`;

const only = {
  'below-minimum': sql`is_below`,
  'old-policy': sql`is_current = false`,
  silent: sql`not reports`,
};

/** By name; `limit` + 1 rows when there are more. */
export async function listClients(
  db: Database,
  scope: Scope,
  { filter, after, limit }: { filter: ClientFilter; after: ClientPosition | null; limit: number },
): Promise<ListedClient[]> {
  const wanted = [sql`true`];
  if (filter.search) {
    const pattern = `%${filter.search.toLowerCase().replaceAll(/[\\%_]/g, '\\$&')}%`;
    wanted.push(sql`(lower(member_name) || ' ' || member_email) like ${pattern}`);
  }
  if (filter.version !== undefined) wanted.push(sql`coalesce(version, 'unknown') = ${filter.version}`);
  if (filter.clients !== undefined)
    wanted.push(filter.clients.length === 0 ? sql`false` : sql`client in (${sql.join(filter.clients)})`);
  if (filter.only !== undefined) wanted.push(only[filter.only]);
  if (after) wanted.push(sql`${key} > (${sql.join(after)})`);
  const { rows } = await sql<ListedClient>`
    select * from ${listed(scope)} l where ${sql.join(wanted, sql` and `)}
    order by lower(member_name), member_id, client, coalesce(version, '') limit ${limit + 1}`.execute(db);
  return rows;
}

export interface EstateCount {
  of: 'version' | 'policy' | 'all';
  version: string | null;
  policy_name: string | null;
  revision: number | null;
  is_current: boolean | null;
  is_below: boolean;
  members: number;
  clients: number;
  members_below: number;
}

/** Counted at once: by version, by what was fetched, and altogether. */
export async function countClients(db: Database, scope: Scope): Promise<EstateCount[]> {
  const { rows } = await sql<EstateCount>`
    select case when grouping(version) = 0 then 'version'
        when grouping(is_current) = 0 then 'policy' else 'all' end as of,
      version, policy_name, revision, is_current, bool_and(is_below) as is_below,
      count(distinct member_id)::int as members, count(*)::int as clients,
      count(distinct member_id) filter (where is_below)::int as members_below
    from ${listed(scope)} l
    group by grouping sets ((version), (policy_name, revision, is_current), ())
    order by members desc, version desc, policy_name, revision desc`.execute(db);
  return rows;
}

/** Names of the clients people run. */
export async function listClientNames(db: Database, { workspaceId, since }: Scope): Promise<string[]> {
  const { rows } = await sql<{ client: string }>`
    select distinct client from ${clientsInTheField(workspaceId, since)} f`.execute(db);
  return rows.map(({ client }) => client);
}

/** Members by what `surfaces` makes of the names of their clients; somebody with two clients of one surface counts once. */
export async function countSurfaces(
  db: Database,
  { workspaceId, since }: Scope,
  surfaces: readonly { client: string; surface: string }[],
): Promise<{ surface: string; members: number }[]> {
  const { rows } = await sql<{ surface: string; members: number }>`
    select s.surface, count(distinct f.member_id)::int as members
    from ${clientsInTheField(workspaceId, since)} f
    join members m on m.id = f.member_id and m.workspace_id = ${workspaceId} and m.status = 'active'
    join json_to_recordset(${JSON.stringify(surfaces)}::json) as s(client text, surface text) on s.client = f.client
    group by s.surface order by members desc, s.surface`.execute(db);
  return rows;
}

/** Names of members who run a client below the minimum, and how many were seen at all. */
export async function listMembersBelow(db: Database, scope: Scope): Promise<{ names: string[]; members: number }> {
  const { rows } = await sql<{ name: string; is_below: boolean }>`
    select min(member_name) as name, bool_or(is_below) as is_below from ${listed(scope)} l
    group by member_id order by lower(min(member_name)), member_id`.execute(db);
  return { names: rows.filter(({ is_below }) => is_below).map(({ name }) => name), members: rows.length };
}
