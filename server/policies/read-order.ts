import type { Database } from '#server/db/open-database.ts';
import {
  countMembersByRule,
  listAssignments,
  listPolicyRevisions,
  type OrderPlan,
  readAssignmentState,
} from './assignment-queries.ts';
import type { PlanWithRevisions } from './describe-impact.ts';

/** The order in force, with the members each rule decides for. */
export async function readOrder(db: Database, workspaceId: string) {
  const [rows, state, members] = await Promise.all([
    listAssignments(db, workspaceId),
    readAssignmentState(db, workspaceId),
    countMembersByRule(db, workspaceId),
  ]);
  const items = rows.map(({ position: _position, ...row }) => ({ ...row, memberCount: members.get(row.groupId) ?? 0 }));
  return { items, ...state };
}

/** What is published, under this order. */
export async function withRevisions(
  db: Database,
  workspaceId: string,
  { items, fallbackPolicyId, baselinePolicyId }: OrderPlan,
): Promise<PlanWithRevisions> {
  const policies = await listPolicyRevisions(db, workspaceId);
  return {
    assignments: items,
    fallbackPolicyId,
    baselinePolicyId,
    revisions: new Map(policies.map(({ id, revision }) => [id, revision])),
    names: new Map(policies.map(({ id, name }) => [id, name])),
  };
}

/** What everybody gets now. */
export async function readCurrentPlan(db: Database, workspaceId: string): Promise<PlanWithRevisions> {
  const [items, state] = await Promise.all([listAssignments(db, workspaceId), readAssignmentState(db, workspaceId)]);
  return withRevisions(db, workspaceId, { items, ...state });
}
