import type { LimitedMembership } from '../group-limits/queries.ts';

/** What groups with a limit still let begin. */
export interface GroupRooms {
  /** By group; none or less: it is full. */
  left: ReadonlyMap<string, number>;
  /** The limited groups of each member; who is not named is in none. */
  of: ReadonlyMap<string | null, readonly string[]>;
}

export const noGroups: GroupRooms = { left: new Map(), of: new Map() };

/** Pure. @param memberships of everybody for whom something runs or waits */
export function groupRooms(
  memberships: readonly LimitedMembership[],
  running: ReadonlyMap<string | null, number>,
): GroupRooms {
  const left = new Map<string, number>();
  const of = new Map<string | null, string[]>();
  for (const { groupId, memberId, runningAtOnce } of memberships) {
    left.set(groupId, (left.get(groupId) ?? runningAtOnce) - (running.get(memberId) ?? 0));
    of.set(memberId, [...(of.get(memberId) ?? []), groupId]);
  }
  return { left, of };
}
