import { fitRunner } from './fit-runner.ts';
import type { GroupRooms } from './group-rooms.ts';
import { mostLooked, type Queue, type QueuedAttempt, type WaitingClaim } from './pick-attempts.ts';

const profileOf = ({ labels, drivers }: WaitingClaim): string =>
  JSON.stringify([labels.toSorted(), drivers.map(({ kind, runtimes }) => [kind, runtimes])]);

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
  const inTurn = lanes
    .filter((lane) => runs(lane) < limits.perMember)
    .filter(({ memberId }) => (groups.of.get(memberId) ?? []).every((id) => (groups.left.get(id) ?? 0) > 0))
    .map((lane) => ({ lane, runs: runs(lane), at: lane.queuedAt.getTime() }))
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
