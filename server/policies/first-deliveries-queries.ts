import { type SqlBool, sql } from 'kysely';
import type { Database } from '#server/db/open-database.ts';

/** What a client of a member got for the first time. */
export interface FirstDelivery {
  id: string;
  at: Date;
  memberId: string;
  memberEmail: string;
  /** Null: that no policy applies. */
  policyName: string | null;
  revision: number;
  client: string;
  clientVersion: string | null;
  form: string;
}

interface Asked {
  after: { at: Date; id: string } | null;
  memberId: string | undefined;
  search: string | undefined;
  from: Date | undefined;
  to: Date | undefined;
  limit: number;
}

/** Newest first. Ids are compared by their bytes. */
export async function firstDeliveriesBefore(
  db: Database,
  workspaceId: string,
  { after, memberId, search, from, to, limit }: Asked,
): Promise<FirstDelivery[]> {
  const id = sql`(concat_ws('/', r.member_id, r.policy_key, r.client, r.client_version, r.form) collate "C")`;
  const conditions = [
    sql<SqlBool>`r.workspace_id = ${workspaceId}`,
    ...(after ? [sql<SqlBool>`r.first_at <= ${after.at} and (r.first_at < ${after.at} or ${id} < ${after.id})`] : []),
    ...(memberId === undefined ? [] : [sql<SqlBool>`r.member_id = ${memberId}`]),
    ...(search ? [sql<SqlBool>`strpos(lower(m.email), ${search.toLowerCase()}) > 0`] : []),
    ...(from === undefined ? [] : [sql<SqlBool>`r.first_at >= ${from}`]),
    ...(to === undefined ? [] : [sql<SqlBool>`r.first_at < ${to}`]),
  ];
  const { rows } = await sql<FirstDelivery>`
    select ${id} as id, r.first_at as at, r.member_id as "memberId", m.email as "memberEmail", p.name as "policyName",
      r.revision, r.client, nullif(r.client_version, '') as "clientVersion", r.form
    from policy_receipts r join members m on m.id = r.member_id left join policies p on p.id = r.policy_id
    where ${sql.join(conditions, sql` and `)} order by r.first_at desc, ${id} desc limit ${limit}`.execute(db);
  return rows;
}
