import type { Database } from '#server/db/open-database.ts';
import { countMatches } from './impact-queries.ts';

interface Order {
  assignments: readonly { groupId: string; policyId: string }[];
  fallbackPolicyId: string | null;
}

/** How many active members each policy applies to; null: those without one. */
export async function countMembersByPolicy(
  db: Database,
  workspaceId: string,
  { assignments, fallbackPolicyId }: Order,
): Promise<Map<string | null, number>> {
  const order = assignments.map(({ groupId }) => groupId);
  const counts = new Map<string | null, number>();
  for (const { before: place, members } of await countMatches(db, workspaceId, { before: order, after: [] })) {
    const policyId = (place === null ? undefined : assignments[place]?.policyId) ?? fallbackPolicyId;
    counts.set(policyId, (counts.get(policyId) ?? 0) + members);
  }
  return counts;
}
