import { sql } from 'kysely';
import { notHeld, shareHoldLock } from '#server/db/not-held.ts';
import type { Database } from '#server/db/open-database.ts';
import { keyInSql } from './delivery-queries.ts';

/** A receipt on its way into the table; times as ISO 8601. */
export interface ReceiptRow {
  workspace_id: string;
  member_id: string;
  policy_key: string;
  policy_id: string | null;
  revision: number;
  client: string;
  client_version: string;
  form: 'bundle' | 'requirements';
  first_at: string;
  last_at: string;
  fetches: number;
}

/**
 * Adds to what was fetched before. In the order of the key, so that two processes that write the same rows wait for each other instead
 * of dying; whoever was removed meanwhile has no receipts.
 */
export async function saveReceipts(db: Database, rows: readonly ReceiptRow[]): Promise<void> {
  const json = JSON.stringify(rows, (_key, value) => (typeof value === 'string' ? value.toWellFormed() : value));
  await sql`
    insert into policy_receipts select r.* from json_populate_recordset(null::policy_receipts, ${json}::json) r
      where exists (select 1 from members m where m.id = r.member_id)
      order by r.member_id, r.policy_key, r.client, r.client_version, r.form
    on conflict (member_id, policy_key, client, client_version, form) do update set
      last_at = greatest(policy_receipts.last_at, excluded.last_at), fetches = policy_receipts.fetches + excluded.fetches`.execute(
    db,
  );
}

/**
 * What this receipt names is what the member's clients have from now on; every other key is superseded. One statement, and so one
 * transaction and one way to the database, because a storm of clients waits for it.
 */
export async function saveDelivery(db: Database, row: ReceiptRow): Promise<void> {
  const { workspace_id, member_id, policy_key, policy_id, revision, client, client_version, form, first_at } = row;
  const columns = [
    workspace_id,
    member_id,
    policy_key,
    policy_id,
    revision,
    client,
    client_version,
    form,
    first_at,
    first_at,
  ];
  await sql`
    with superseded as (
      update policy_deliveries set superseded_at = ${first_at} where workspace_id = ${workspace_id} and member_id = ${member_id}
        and policy_key <> ${policy_key} and superseded_at is null
    ), delivered as (
      insert into policy_deliveries (workspace_id, member_id, policy_key, delivered_at, superseded_at)
      values (${workspace_id}, ${member_id}, ${policy_key}, ${first_at}, null)
      on conflict (member_id, policy_key) do update set delivered_at = excluded.delivered_at, superseded_at = null
    )
    insert into policy_receipts (workspace_id, member_id, policy_key, policy_id, revision, client, client_version, form, first_at, last_at, fetches)
    values (${sql.join(columns)}, 1)
    on conflict (member_id, policy_key, client, client_version, form) do update set
      last_at = greatest(policy_receipts.last_at, excluded.last_at), fetches = policy_receipts.fetches + 1`.execute(db);
}

/** Those of people on whom there is a legal hold stay. */
export const purgeReceipts = (db: Database, before: Date): Promise<number> =>
  db.transaction().execute(async (tx) => {
    await shareHoldLock(tx);
    const old = tx.deleteFrom('policy_receipts').where('last_at', '<', before).where(notHeld('policy_receipts'));
    return Number((await old.executeTakeFirst()).numDeletedRows);
  });

/**
 * What applies at this moment: `member_id`, `policy_id`, `policy_name`, `revision`, `policy_key`, of active members or of these. For
 * everybody it reads each membership once instead of asking for each member.
 */
export const applying = (workspaceId: string, memberIds: readonly string[] | null) => {
  const isWanted = (column: string) =>
    memberIds === null
      ? sql`true`
      : sql`${sql.ref(column)} in (${memberIds.length === 0 ? sql`null` : sql.join(memberIds)})`;
  return sql`(
    select m.id as member_id, p.id as policy_id, p.name as policy_name, p.revision, ${keyInSql} as policy_key
    from workspaces w
    join members m on m.workspace_id = w.id and ${memberIds === null ? sql`m.status = 'active'` : isWanted('m.id')}
    left join (
      select distinct on (gm.member_id) gm.member_id, a.policy_id
      from policy_assignments a join group_members gm on gm.group_id = a.group_id
      where a.workspace_id = ${workspaceId} and ${isWanted('gm.member_id')}
      order by gm.member_id, a.position
    ) matched on matched.member_id = m.id
    left join policies p on p.id = coalesce(matched.policy_id, w.fallback_policy_id) and p.revision > 0 and p.deleted_at is null
    left join policies b on b.id = w.baseline_policy_id and b.revision > 0 and b.deleted_at is null and b.id is distinct from p.id
    where w.id = ${workspaceId}
  )`;
};

export interface ListedReceipt {
  member_id: string;
  member_name: string;
  member_email: string;
  policy_key: string;
  policy_id: string | null;
  policy_name: string | null;
  revision: number;
  client: string;
  client_version: string;
  form: 'bundle' | 'requirements';
  first_at: Date;
  last_at: Date;
  fetches: number;
}

export interface ReceiptFilter {
  memberId?: string | undefined;
  search?: string | undefined;
  policyId?: string | undefined;
  clientVersion?: string | undefined;
  /** Only the newest receipt of each active member, which is what they run with. */
  state?: 'current' | 'behind' | undefined;
}

/** The last row of a page: time in microseconds as text, then the rest of the key. */
export type ReceiptPosition = [
  at: string,
  memberId: string,
  policyKey: string,
  client: string,
  version: string,
  form: string,
];

const newest = sql`not exists (
  select 1 from policy_receipts n where n.member_id = r.member_id
    and (n.last_at, n.policy_key, n.client, n.client_version, n.form) > (r.last_at, r.policy_key, r.client, r.client_version, r.form))`;

const key = sql`(r.last_at, r.member_id, r.policy_key, r.client, r.client_version, r.form)`;

/** The newest first; `limit` + 1 rows when there are more. */
export async function listReceipts(
  db: Database,
  workspaceId: string,
  { filter, after, limit }: { filter: ReceiptFilter; after: ReceiptPosition | null; limit: number },
): Promise<(ListedReceipt & { position: string })[]> {
  const { memberId, search, policyId, clientVersion, state } = filter;
  const wanted = [sql`r.workspace_id = ${workspaceId}`];
  if (memberId !== undefined) wanted.push(sql`r.member_id = ${memberId}`);
  if (policyId !== undefined) wanted.push(sql`r.policy_id = ${policyId}`);
  if (clientVersion !== undefined) wanted.push(sql`r.client_version = ${clientVersion}`);
  if (search !== undefined && search !== '') wanted.push(sql`r.member_id in (${membersLike(workspaceId, search)})`);
  if (after) {
    const [at, ...rest] = after;
    wanted.push(sql`${key} < (${at}::timestamptz, ${sql.join(rest)})`);
  }
  if (state !== undefined) {
    wanted.push(newest);
    wanted.push(state === 'current' ? sql`c.policy_key = r.policy_key` : sql`c.policy_key <> r.policy_key`);
  }
  const current = state === undefined ? sql`` : sql`join ${applying(workspaceId, null)} c on c.member_id = r.member_id`;
  const { rows } = await sql<ListedReceipt & { position: string }>`
    select r.member_id, m.name as member_name, m.email as member_email, r.policy_key, r.policy_id, r.revision, r.client,
      r.client_version, r.form, r.first_at, r.last_at, r.fetches, r.last_at::text as position,
      coalesce(v.name, p.name) as policy_name
    from policy_receipts r join members m on m.id = r.member_id
    left join policies p on p.id = r.policy_id
    left join policy_revisions v on v.policy_id = r.policy_id and v.revision = r.revision
    ${current}
    where ${sql.join(wanted, sql` and `)}
    order by r.last_at desc, r.member_id desc, r.policy_key desc, r.client desc, r.client_version desc, r.form desc
    limit ${limit + 1}`.execute(db);
  return rows;
}

/** Part of a name or e-mail; three characters and more are found by index. */
const membersLike = (workspaceId: string, search: string) => {
  const text = search.toLowerCase();
  const pattern = `%${text.replaceAll(/[\\%_]/g, '\\$&')}%`;
  const indexed =
    text.length < 3 ? sql`` : sql`reeve_grams(lower(s.name) || ' ' || s.email) @> reeve_grams(${text}) and`;
  return sql`select s.id from members s where s.workspace_id = ${workspaceId} and ${indexed} (lower(s.name) || ' ' || s.email) like ${pattern}`;
};

/** What applies to each of these, by member. */
export async function currentKeys(
  db: Database,
  workspaceId: string,
  memberIds: readonly string[],
): Promise<Map<string, string>> {
  const { rows } = await sql<{ member_id: string; policy_key: string }>`
    select c.member_id, c.policy_key from ${applying(workspaceId, memberIds)} c`.execute(db);
  return new Map(rows.map(({ member_id, policy_key }) => [member_id, policy_key]));
}

export interface ReachRow {
  /** 1: a row for a client version; 0: a row for a policy. */
  is_version: number;
  policy_id: string | null;
  policy_name: string | null;
  revision: number | null;
  client_version: string | null;
  members: number;
  fetched: number;
  reached: number;
}

/** Active members by what applies to them, and by the client of their newest fetch. */
export async function summarizeReach(db: Database, workspaceId: string): Promise<ReachRow[]> {
  const { rows } = await sql<ReachRow>`
    with newest as (
      select distinct on (member_id) member_id, policy_key, client_version from policy_receipts
      where workspace_id = ${workspaceId}
      order by member_id, last_at desc, policy_key desc, client desc, client_version desc, form desc
    )
    select grouping(c.policy_id) as is_version, c.policy_id, max(c.policy_name) as policy_name, max(c.revision) as revision,
      n.client_version, count(*)::int as members, count(n.member_id)::int as fetched,
      count(*) filter (where n.policy_key = c.policy_key)::int as reached
    from ${applying(workspaceId, null)} c left join newest n on n.member_id = c.member_id
    group by grouping sets ((c.policy_id), (n.client_version))
    order by 1, 6 desc, 3, 5 desc`.execute(db);
  return rows;
}

/** Which clients a member was seen with: by a fetch of the policy, or by a model call. */
export async function listClientsOfMember(db: Database, workspaceId: string, memberId: string) {
  const { rows } = await sql<{ client: string; version: string; last_seen_at: Date }>`
    select client, version, max(at) as last_seen_at from (
      select client, version, last_seen_at as at from seen_clients where workspace_id = ${workspaceId} and member_id = ${memberId}
      union all
      select client, client_version, last_at from policy_receipts
      where workspace_id = ${workspaceId} and member_id = ${memberId} and client_version <> ''
    ) seen group by client, version order by max(at) desc, client, version limit 50`.execute(db);
  return rows;
}

/** What a member fetched since then, for a proof of what the client does with it. */
export const listDeliveriesTo = (
  db: Database,
  { workspaceId, memberId, since }: { workspaceId: string; memberId: string; since: Date },
) =>
  db
    .selectFrom('policy_receipts as r')
    .leftJoin('policies as p', 'p.id', 'r.policy_id')
    .select(['r.last_at as at', 'p.name', 'r.revision', 'r.client_version as clientVersion'])
    .where('r.workspace_id', '=', workspaceId)
    .where('r.member_id', '=', memberId)
    .where('r.last_at', '>=', since)
    .orderBy('r.last_at')
    .execute();
