import type { AttemptNeeds } from '#server/db/cloud-tables.ts';
import { fitRunner, type Placing, type RunnerFacts } from './fit-runner.ts';
import type { GroupRooms } from './group-rooms.ts';
import { openHeap } from './heap.ts';

/** One of the oldest of its lane. */
export interface QueuedAttempt {
  id: string;
  lane: string;
  memberId: string | null;
  environmentId: string | null;
  needs: AttemptNeeds;
  queuedAt: Date;
}

/** A runner that has room for one more. */
export interface WaitingClaim extends RunnerFacts {
  runnerId: string;
  /** Whose set-up it has kept. */
  environments: ReadonlySet<string>;
}

export interface Queue {
  /** Of each lane the oldest, in their order: as many as could be picked at once. */
  heads: readonly QueuedAttempt[];
  /** How many run, by member; `null` and whoever is not named: none. */
  running: ReadonlyMap<string | null, number>;
  limits: { perMember: number; perWorkspace: number };
  /** Before anything of these was picked. */
  groups: GroupRooms;
}

export interface Picked<Claim extends WaitingClaim> extends Placing {
  claim: Claim;
  attempt: QueuedAttempt;
}

/** So much older ones stay first; between those that came together, a kept set-up decides. */
export const togetherMs = 10_000;
/** Lanes that are looked at for a kept set-up. */
export const mostLooked = 64;

interface Turn {
  lane: readonly QueuedAttempt[];
  next: number;
  attempt: QueuedAttempt;
  /** Of the member, when this turn was put into the heap; another number by now: the turn is stale. */
  running: number;
}

const isBefore = (one: Turn, other: Turn): boolean => {
  if (one.running !== other.running) return one.running < other.running;
  const age = one.attempt.queuedAt.getTime() - other.attempt.queuedAt.getTime();
  return age === 0 ? one.attempt.id < other.attempt.id : age < 0;
};

function openTurns({ heads, running, limits, groups }: Queue) {
  const runningOf = new Map(running);
  const roomOf = new Map(groups.left);
  const lanesOf = new Map<string | null, Turn[]>();
  const heap = openHeap(isBefore);
  const runs = (memberId: string | null) => runningOf.get(memberId) ?? 0;
  const groupsOf = (memberId: string | null) => groups.of.get(memberId) ?? [];
  const isFull = (memberId: string | null) => groupsOf(memberId).some((id) => (roomOf.get(id) ?? 0) <= 0);
  const put = (turn: Turn) => {
    if (turn.running < limits.perMember) heap.push(turn);
  };
  for (const lane of Map.groupBy(heads, (head) => head.lane).values()) {
    const [attempt] = lane;
    if (!attempt) continue;
    const turn = { lane, next: 0, attempt, running: runs(attempt.memberId) };
    lanesOf.set(attempt.memberId, [...(lanesOf.get(attempt.memberId) ?? []), turn]);
    put(turn);
  }
  return {
    /** The next one, or undefined; whoever does not take it gives it back. */
    take: () => {
      for (;;) {
        const turn = heap.pop();
        if (!turn) return undefined;
        const { memberId } = turn.attempt;
        // A group that is full stays so: nothing ends meanwhile.
        if (turn.running === runs(memberId) && !isFull(memberId)) return turn;
      }
    },
    giveBack(turns: readonly Turn[]) {
      for (const turn of turns) heap.push(turn);
    },
    /** It was picked: every lane of its member moves back. */
    pick(picked: Turn) {
      const { memberId } = picked.attempt;
      const now = runs(memberId) + 1;
      runningOf.set(memberId, now);
      for (const id of groupsOf(memberId)) roomOf.set(id, (roomOf.get(id) ?? 0) - 1);
      const left = (lanesOf.get(memberId) ?? []).flatMap((turn) => {
        const next = turn.lane === picked.lane ? turn.next + 1 : turn.next;
        const attempt = turn.lane[next];
        return attempt ? [{ ...turn, next, attempt, running: now }] : [];
      });
      lanesOf.set(memberId, left);
      for (const turn of left) put(turn);
    },
  };
}

type Choice = Placing & { turn: Turn };

/** Of those that came together and are as much in turn, one whose set-up the runner has; otherwise the first that fits. */
function choose(turns: ReturnType<typeof openTurns>, claim: WaitingClaim): Choice | null {
  const looked: Turn[] = [];
  let first: Choice | null = null;
  let chosen: Choice | null = null;
  for (let turn = turns.take(); turn; turn = turns.take()) {
    looked.push(turn);
    if (first && (turn.running !== first.turn.running || looked.length > mostLooked)) break;
    if (first && turn.attempt.queuedAt.getTime() - first.turn.attempt.queuedAt.getTime() > togetherMs) break;
    const placing = fitRunner(claim, turn.attempt.needs);
    if (!placing) continue;
    first ??= { ...placing, turn };
    const isKept = turn.attempt.environmentId !== null && claim.environments.has(turn.attempt.environmentId);
    if (isKept) chosen = { ...placing, turn };
    if (isKept || claim.environments.size === 0) break;
  }
  const picked = chosen ?? first;
  turns.giveBack(looked.filter((turn) => turn !== picked?.turn));
  return picked;
}

/**
 * Who does what next: the member with the fewest running comes first, then whoever waits longest, within what a member and the
 * workspace may run at once, and while no limited group of the member is full. Claims are served in their order. Pure: nothing is changed by it.
 */
export function pickAttempts<Claim extends WaitingClaim>(queue: Queue, claims: readonly Claim[]): Picked<Claim>[] {
  const turns = openTurns(queue);
  let free = queue.limits.perWorkspace - [...queue.running.values()].reduce((sum, count) => sum + count, 0);
  const picked: Picked<Claim>[] = [];
  for (const claim of claims) {
    if (free <= 0) break;
    const choice = choose(turns, claim);
    if (!choice) continue;
    const { turn, driver, runtime } = choice;
    turns.pick(turn);
    free -= 1;
    picked.push({ claim, attempt: turn.attempt, driver, runtime });
  }
  return picked;
}
