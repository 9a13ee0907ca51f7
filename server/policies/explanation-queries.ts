import { sql } from 'kysely';
import type { Database } from '#server/db/open-database.ts';

export interface KeptRevision {
  policyId: string;
  name: string;
  revision: number;
  contents: string;
  contact: string;
  publishedAt: Date;
  publishedBy: string | null;
  isCurrent: boolean;
}

const columns = sql`r.policy_id as "policyId", r.name, r.revision, r.contents, r.contact, r.created_at as "publishedAt",
  r.created_by as "publishedBy", p.revision = r.revision and p.deleted_at is null as "isCurrent"`;

/** A published version by what links name: the policy's number and the revision. */
export const readRevisionByNumber = async (
  db: Database,
  workspaceId: string,
  { number, revision }: { number: number; revision: number },
): Promise<KeptRevision | undefined> =>
  (
    await sql<KeptRevision>`select ${columns} from policies p join policy_revisions r on r.policy_id = p.id
      where p.workspace_id = ${workspaceId} and p.number = ${number} and r.revision = ${revision}`.execute(db)
  ).rows[0];

/** Versions of this number whose name may make a fragment's id: the caller compares. */
export const listRevisionsNumbered = async (db: Database, workspaceId: string, revision: number, limit: number) =>
  (
    await sql<KeptRevision>`select ${columns} from policies p join policy_revisions r on r.policy_id = p.id
      where r.workspace_id = ${workspaceId} and r.revision = ${revision} order by r.created_at desc limit ${limit}`.execute(
      db,
    )
  ).rows;

/** The newest versions that hold this text, published ones first. */
export const listRevisionsHolding = async (db: Database, workspaceId: string, text: string, limit: number) =>
  (
    await sql<KeptRevision>`select ${columns} from policies p join policy_revisions r on r.policy_id = p.id
      where r.workspace_id = ${workspaceId} and strpos(r.contents, ${text}) > 0
      order by p.revision = r.revision and p.deleted_at is null desc, r.created_at desc, r.revision desc limit ${limit}`.execute(
      db,
    )
  ).rows;

/** Whether any version of this policy was delivered to the member, as their own or as the baseline. */
export async function wasDelivered(
  db: Database,
  { memberId, policyId }: { memberId: string; policyId: string },
): Promise<boolean> {
  const { rows } = await sql<{ delivered: boolean }>`select exists (
    select 1 from policy_receipts where member_id = ${memberId}
      and (starts_with(policy_key, ${`${policyId}@`}) or strpos(policy_key, ${`+${policyId}@`}) > 0)
    union all
    select 1 from policy_deliveries where member_id = ${memberId}
      and (starts_with(policy_key, ${`${policyId}@`}) or strpos(policy_key, ${`+${policyId}@`}) > 0)
  ) as delivered`.execute(db);
  return rows[0]?.delivered ?? false;
}
