import { sql } from 'kysely';
import type { Database } from '#server/db/open-database.ts';
import { countOutside, listAssignments, readAssignmentState } from './assignment-queries.ts';

export interface PolicyFacts {
  /** Published ones. */
  policies: number;
  assignments: number;
  hasFallback: boolean;
  hasBaseline: boolean;
  /** Active members that no policy applies to, not even the baseline. */
  membersWithoutPolicy: number;
  /** Active members whose client has fetched what applies to them. */
  membersReached: number;
}

/** What the overview says about policies. */
export async function readPolicyFacts(db: Database, workspaceId: string): Promise<PolicyFacts> {
  const assignments = await listAssignments(db, workspaceId);
  const { fallbackPolicyId, baselinePolicyId } = await readAssignmentState(db, workspaceId);
  const isForEveryone = fallbackPolicyId !== null || baselinePolicyId !== null;
  const groupIds = assignments.map(({ groupId }) => groupId);
  const counts = await sql<{ policies: number; reached: number }>`select
    (select count(*) from policies where workspace_id = ${workspaceId} and deleted_at is null and revision > 0) as policies,
    (select count(distinct d.member_id) from policy_deliveries d join members m on m.id = d.member_id
      where d.workspace_id = ${workspaceId} and d.superseded_at is null and d.policy_key <> 'none' and m.status = 'active') as reached
  `.execute(db);
  return {
    policies: Number(counts.rows[0]?.policies ?? 0),
    assignments: assignments.length,
    hasFallback: fallbackPolicyId !== null,
    hasBaseline: baselinePolicyId !== null,
    membersWithoutPolicy: isForEveryone ? 0 : await countOutside(db, workspaceId, groupIds),
    membersReached: Number(counts.rows[0]?.reached ?? 0),
  };
}
