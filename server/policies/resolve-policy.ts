export interface PolicyAssignment {
  groupId: string;
  policyId: string;
}

export interface Resolution {
  policyId: string | null;
  because: 'first-match' | 'fallback' | 'no-policy';
  /** Place of the match in the order, from 0; null when no assignment matched. */
  matchedAt: number | null;
  /** The assignments looked at, in order: everything before the match did not fit. */
  tried: readonly (PolicyAssignment & { matched: boolean })[];
}

/**
 * The one policy of a member: the first assignment whose group holds them decides alone, later ones fill nothing in; the fallback is for
 * members no assignment fits.
 */
export function resolvePolicy(
  assignments: readonly PolicyAssignment[],
  groupIds: ReadonlySet<string>,
  fallbackPolicyId: string | null,
): Resolution {
  const matchedAt = assignments.findIndex(({ groupId }) => groupIds.has(groupId));
  const match = assignments[matchedAt];
  const tried = assignments
    .slice(0, match ? matchedAt + 1 : undefined)
    .map((assignment, index) => ({ ...assignment, matched: index === matchedAt }));
  if (match) return { policyId: match.policyId, because: 'first-match', matchedAt, tried };
  const because = fallbackPolicyId === null ? 'no-policy' : 'fallback';
  return { policyId: fallbackPolicyId, because, matchedAt: null, tried };
}
