import type { z } from 'zod';
import type { Policy, PolicySummary } from '#contract/policies.ts';
import type { Database } from '#server/db/open-database.ts';
import { ReeveError } from '#server/fail.ts';
import { type AssignmentRow, listAssignments, listMemberGroups, readAssignmentState } from './assignment-queries.ts';
import { type AssignmentPlan, countByPolicy } from './count-impact.ts';
import { listPolicies, type PolicyRow, readPolicy } from './queries.ts';
import { validateDocument } from './validate-document.ts';

type Summary = z.infer<typeof PolicySummary>;

interface Surroundings {
  assignments: readonly AssignmentRow[];
  fallbackPolicyId: string | null;
  members: ReadonlyMap<string | null, number>;
}

async function readSurroundings(db: Database, workspaceId: string): Promise<Surroundings> {
  const assignments = await listAssignments(db, workspaceId);
  const { fallbackPolicyId } = await readAssignmentState(db, workspaceId);
  const plan: AssignmentPlan = { assignments, fallbackPolicyId };
  const population = await listMemberGroups(db, workspaceId, [...new Set(assignments.map(({ groupId }) => groupId))]);
  return { assignments, fallbackPolicyId, members: countByPolicy(plan, population) };
}

const summarize = (row: PolicyRow, { assignments, fallbackPolicyId, members }: Surroundings): Summary => ({
  id: row.id,
  name: row.name,
  revision: row.revision,
  isFallback: row.id === fallbackPolicyId,
  groups: assignments
    .filter(({ policyId }) => policyId === row.id)
    .map(({ groupId, groupName, position }) => ({ id: groupId, name: groupName, position })),
  memberCount: members.get(row.id) ?? 0,
  updatedAt: row.updated_at.toISOString(),
  updatedBy: row.updated_by,
});

export async function readPolicySummaries(db: Database, workspaceId: string): Promise<Summary[]> {
  const surroundings = await readSurroundings(db, workspaceId);
  const rows = await listPolicies(db, workspaceId);
  return rows.map((row) => summarize(row, surroundings));
}

export async function readPolicyDetail(db: Database, workspaceId: string, id: string): Promise<Policy> {
  const row = await readPolicy(db, workspaceId, id);
  if (!row) throw new ReeveError('not-found', { policyId: id });
  const surroundings = await readSurroundings(db, workspaceId);
  return { ...summarize(row, surroundings), contents: row.contents, diagnostics: validateDocument(row.contents) };
}
