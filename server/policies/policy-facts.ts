import { sql } from 'kysely';
import type { Database } from '#server/db/open-database.ts';
import { listAssignments, readAssignmentState } from './assignment-queries.ts';
import { countMembersByPolicy } from './count-members.ts';

export interface PolicyFacts {
  /** Published ones: a draft is nobody's policy. */
  policies: number;
  assignments: number;
  hasFallback: boolean;
  /** Active members that no policy applies to. */
  membersWithoutPolicy: number;
  /** Active members whose client has fetched what applies to them. */
  membersReached: number;
}

/** What the overview says about policies. */
export async function readPolicyFacts(db: Database, workspaceId: string): Promise<PolicyFacts> {
  const assignments = await listAssignments(db, workspaceId);
  const { fallbackPolicyId } = await readAssignmentState(db, workspaceId);
  const members = await countMembersByPolicy(db, workspaceId, { assignments, fallbackPolicyId });
  const counts = await sql<{ policies: number; reached: number }>`select
    (select count(*) from policies where workspace_id = ${workspaceId} and revision > 0 and deleted_at is null) as policies,
    (select count(distinct d.member_id) from policy_deliveries d join members m on m.id = d.member_id
      where d.workspace_id = ${workspaceId} and d.superseded_at is null and d.policy_key <> 'none' and m.status = 'active') as reached
  `.execute(db);
  return {
    policies: Number(counts.rows[0]?.policies ?? 0),
    assignments: assignments.length,
    hasFallback: fallbackPolicyId !== null,
    membersWithoutPolicy: members.get(null) ?? 0,
    membersReached: Number(counts.rows[0]?.reached ?? 0),
  };
}
