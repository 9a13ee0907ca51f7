import type { Database } from '#server/db/open-database.ts';
import { listAssignments } from './assignment-queries.ts';
import type { PlanWithRevisions } from './describe-impact.ts';
import { listPublished } from './impact-queries.ts';
import { readPolicyState } from './state-queries.ts';

/** What is in force now. */
export async function readCurrentPlan(db: Database, workspaceId: string): Promise<PlanWithRevisions> {
  const assignments = await listAssignments(db, workspaceId);
  const { fallbackPolicyId, baselinePolicyId } = await readPolicyState(db, workspaceId);
  const published = await listPublished(db, workspaceId);
  const revisions = new Map(published.map(({ id, revision }) => [id, revision]));
  const names = new Map(published.map(({ id, name }) => [id, name]));
  return { assignments, fallbackPolicyId, baselinePolicyId, revisions, names };
}
