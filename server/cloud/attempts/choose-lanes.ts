import { fitRunner } from './fit-runner.ts';
import type { GroupRooms } from './group-rooms.ts';
import { mostLooked, type Queue, type QueuedAttempt, type WaitingClaim } from './pick-attempts.ts';

const profileOf = ({ labels, drivers }: WaitingClaim): string =>
  JSON.stringify([labels.toSorted(), drivers.map(({ kind, runtimes }) => [kind, runtimes])]);

/** Lanes of a member that need the same of a runner, whatever their environments. */
const alikeOf = ({ lane, memberId }: QueuedAttempt): string => `${memberId}${lane.slice(lane.lastIndexOf('/'))}`;

/**
 * How many lanes of its member, alike and older, come before each: that many more of the member's run by the time it is its turn. Without
 * it the lanes of a few members with many environments would be all that is looked at.
 */
function countBefore(lanes: readonly QueuedAttempt[]): ReadonlyMap<QueuedAttempt, number> {
  const seen = new Map<string, number>();
  const before = new Map<QueuedAttempt, number>();
  for (const lane of lanes.toSorted((one, other) => one.queuedAt.getTime() - other.queuedAt.getTime())) {
    const alike = alikeOf(lane);
    const count = seen.get(alike) ?? 0;
    before.set(lane, count);
    seen.set(alike, count + 1);
  }
  return before;
}

/** Members are held up together by those of their groups that so many picks may fill. */
const groupsKey = ({ left, of }: GroupRooms, { memberId }: QueuedAttempt, picks: number): string =>
  (of.get(memberId) ?? [])
    .filter((id) => (left.get(id) ?? 0) < picks)
    .toSorted()
    .join(' ');

/**
 * Which lanes have to be looked at to serve these claims: of each kind of runner, those that are first in turn, with some more than
 * there are claims, because a claim may look past the first for a kept set-up. A group may become full while they are served, so there are
 * as many of each set of groups that may. Pure.
 * @param lanes the oldest of each lane; may be a moment old
 */
export function chooseLanes(
  lanes: readonly QueuedAttempt[],
  { running, limits, groups }: Pick<Queue, 'running' | 'limits' | 'groups'>,
  claims: readonly WaitingClaim[],
): string[] {
  const runs = ({ memberId }: QueuedAttempt) => running.get(memberId) ?? 0;
  const before = countBefore(lanes);
  const inTurn = lanes
    .filter((lane) => runs(lane) < limits.perMember)
    .filter(({ memberId }) => (groups.of.get(memberId) ?? []).every((id) => (groups.left.get(id) ?? 0) > 0))
    .map((lane) => ({ lane, runs: runs(lane) + (before.get(lane) ?? 0), at: lane.queuedAt.getTime() }))
    .sort((one, other) => one.runs - other.runs || one.at - other.at || (one.lane.id < other.lane.id ? -1 : 1));
  const byGroups = [...Map.groupBy(inTurn, ({ lane }) => groupsKey(groups, lane, claims.length)).values()];
  const chosen = new Set<string>();
  for (const alike of Map.groupBy(claims, profileOf).values()) {
    const [runner] = alike;
    const most = claims.length + mostLooked;
    for (const lanesAlike of byGroups) {
      let left = most;
      for (const { lane } of lanesAlike) {
        if (left === 0 || !runner) break;
        if (fitRunner(runner, lane.needs) === null) continue;
        chosen.add(lane.lane);
        left -= 1;
      }
    }
  }
  return [...chosen];
}
