import { fitRunner } from './fit-runner.ts';
import { mostLooked, type Queue, type QueuedAttempt, type WaitingClaim } from './pick-attempts.ts';

const profileOf = ({ labels, drivers }: WaitingClaim): string =>
  JSON.stringify([labels.toSorted(), drivers.map(({ kind, runtimes }) => [kind, runtimes])]);

/**
 * Which lanes have to be looked at to serve these claims: of each kind of runner, those that are first in turn, with some more than
 * there are claims, because a claim may look past the first for a kept set-up. Pure.
 * @param lanes the oldest of each lane; may be a moment old
 */
export function chooseLanes(
  lanes: readonly QueuedAttempt[],
  { running, limits }: Pick<Queue, 'running' | 'limits'>,
  claims: readonly WaitingClaim[],
): string[] {
  const runs = ({ memberId }: QueuedAttempt) => running.get(memberId) ?? 0;
  const inTurn = lanes
    .filter((lane) => runs(lane) < limits.perMember)
    .map((lane) => ({ lane, runs: runs(lane), at: lane.queuedAt.getTime() }))
    .sort((one, other) => one.runs - other.runs || one.at - other.at || (one.lane.id < other.lane.id ? -1 : 1));
  const chosen = new Set<string>();
  for (const alike of Map.groupBy(claims, profileOf).values()) {
    const [runner] = alike;
    let left = claims.length + mostLooked;
    for (const { lane } of inTurn) {
      if (left === 0 || !runner) break;
      if (fitRunner(runner, lane.needs) === null) continue;
      chosen.add(lane.lane);
      left -= 1;
    }
  }
  return [...chosen];
}
