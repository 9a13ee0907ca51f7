import { ReeveError } from '#server/fail.ts';

interface Limits {
  /** At once. */
  running: number;
  /** Behind them. */
  waiting: number;
  /** Of those that run, by one caller: whoever is slow holds up nobody but themselves. */
  each: number;
}

export type Release = () => void;

interface Waiting {
  who: string;
  go: () => void;
}

const refusal = () =>
  new ReeveError(
    'too-many-attempts',
    { retryAfterSeconds: 5 },
    { message: 'Too many clones and fetches at once. Try again in a few seconds.' },
  );

/**
 * Everybody who fetches starts a program: so many at once, some more who wait for their turn, the rest is told to come again. One caller
 * has at most half of the places to wait in.
 */
export function limitProcesses({ running, waiting, each }: Limits) {
  let busy = 0;
  const busyOf = new Map<string, number>();
  const queue: Waiting[] = [];
  const mayStart = (who: string): boolean => busy < running && (busyOf.get(who) ?? 0) < each;
  function release(who: string): void {
    busy -= 1;
    const left = (busyOf.get(who) ?? 0) - 1;
    if (left > 0) busyOf.set(who, left);
    else busyOf.delete(who);
    const next = queue.findIndex((one) => mayStart(one.who));
    if (next !== -1) queue.splice(next, 1)[0]?.go();
  }
  function start(who: string): Release {
    busy += 1;
    busyOf.set(who, (busyOf.get(who) ?? 0) + 1);
    let isReleased = false;
    return () => {
      if (isReleased) return;
      isReleased = true;
      release(who);
    };
  }
  /** @throws ReeveError too-many-attempts */
  return async function takeTurn(who: string): Promise<Release> {
    if (mayStart(who)) return start(who);
    const theirs = queue.filter((one) => one.who === who).length;
    if (queue.length >= waiting || theirs >= Math.ceil(waiting / 2)) throw refusal();
    return new Promise<Release>((resolve) => queue.push({ who, go: () => resolve(start(who)) }));
  };
}
