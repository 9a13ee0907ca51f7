import { ReeveError } from '#server/fail.ts';

interface Limits {
  /** At once. */
  running: number;
  /** Behind them. */
  waiting: number;
}

export type Release = () => void;

/** Everybody who fetches starts a program: so many at once, some more who wait for their turn, the rest is told to come again. */
export function limitProcesses({ running, waiting }: Limits) {
  let busy = 0;
  const queue: (() => void)[] = [];
  const release = () => {
    const next = queue.shift();
    if (next) next();
    else busy -= 1;
  };
  const once = (): Release => {
    let isReleased = false;
    return () => {
      if (isReleased) return;
      isReleased = true;
      release();
    };
  };
  /** @throws ReeveError too-many-attempts */
  return async function takeTurn(): Promise<Release> {
    if (busy < running) {
      busy += 1;
      return once();
    }
    if (queue.length >= waiting)
      throw new ReeveError(
        'too-many-attempts',
        { retryAfterSeconds: 5 },
        { message: 'Too many clones and fetches at once. Try again in a few seconds.' },
      );
    await new Promise<void>((resolve) => queue.push(resolve));
    return once();
  };
}
