import type { Repeated } from '#server/jobs/repeat.ts';
import type { Services } from '#server/services.ts';
import { countDue, countOneTotal, listTotalsDue } from './count-due.ts';
import { followZones } from './follow-zones.ts';
import { type RecountPlace, recountPart } from './recount.ts';
import type { TotalOf } from './total-queries.ts';

type Parts = Pick<Services, 'db' | 'clock' | 'log'>;

/** One embedded database serves everybody in turn: a part must not hold the others up. */
const partMs = 150;
const fewest = 20;
const most = 2_000;

/** A total is made again once it has rested this many times as long as making it takes, so that large ones leave time for others. */
const restPerWork = 3;
const longestRestMs = 60_000;

const keyOf = ({ workspaceId, zone, grain, day }: TotalOf) => `${workspaceId} ${zone} ${grain} ${day}`;

/** How many at a time fit into a part, from how long the last ones took. */
function adaptive(): { limit: () => number; took: (count: number, ms: number) => void } {
  let limit = 100;
  return {
    limit: () => limit,
    took(count, ms) {
      if (ms > partMs) limit = Math.max(fewest, Math.floor(limit / 2));
      else if (count >= limit && ms < partMs / 2) limit = Math.min(most, limit * 2);
    },
  };
}

async function timed<Result>(work: () => Promise<Result>): Promise<{ result: Result; ms: number }> {
  const startedAtMs = performance.now();
  const result = await work();
  return { result, ms: performance.now() - startedAtMs };
}

/** Totals that are due, each once it has rested. */
function totalsCounter(services: Parts): (mayRest: boolean) => Promise<number> {
  const restUntilMs = new Map<string, number>();
  return async (mayRest) => {
    const nowMs = performance.now();
    for (const [key, untilMs] of restUntilMs) if (untilMs < nowMs) restUntilMs.delete(key);
    const due = await listTotalsDue(services.db, 100);
    const ready = mayRest ? due.filter((total) => !restUntilMs.has(keyOf(total))) : due;
    let done = 0;
    for (const total of ready) {
      const { result: isCounted, ms } = await timed(() => countOneTotal(services, total));
      if (!isCounted) break;
      done += 1;
      restUntilMs.set(keyOf(total), performance.now() + Math.min(longestRestMs, ms * restPerWork));
      if (performance.now() - nowMs > partMs) break;
    }
    return done;
  };
}

/**
 * Keeps the figures up to date: what was reported first, then the totals, then a count of everything again that is under way. Several
 * processes take turns by a lock of the database.
 */
export function countUsage(services: Parts): Repeated & { runToEnd(): Promise<void> } {
  const notes = adaptive();
  const recounts = adaptive();
  const countTotals = totalsCounter(services);
  let place: RecountPlace | null = null;
  const part = async (mayRest: boolean): Promise<boolean> => {
    const isFollowing = await followZones(services);
    const limit = notes.limit();
    const { result: counted, ms } = await timed(() => countDue(services, limit));
    notes.took(counted, ms);
    const made = await countTotals(mayRest);
    if (counted >= limit || made > 0) return true;
    const together = recounts.limit();
    const next = await timed(() => recountPart(services, { limit: together, place }));
    place = next.result;
    recounts.took(place === null ? 0 : together, next.ms);
    return place !== null || isFollowing;
  };
  return {
    name: 'count-usage',
    everyMs: 1_000,
    run: () => part(true),
    async runToEnd() {
      while (await part(false));
    },
  };
}
