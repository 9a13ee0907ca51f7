import { ReeveError } from '#server/fail.ts';
import type { Owner } from './queries.ts';

/** Of one member, at one process: more pages than anybody looks at. Each holds a connection and reads once a second. */
export const mostWatchers = 20;

const watching = new Map<string, number>();

/**
 * Takes a place for one who watches. Given back once, by whichever comes first: the call of what is returned, or `signal`, where the
 * stream was never begun.
 * @throws ReeveError watch-limit
 */
export function takeWatch({ workspaceId, memberId }: Owner, signal?: AbortSignal): () => void {
  const key = `${workspaceId}/${memberId}`;
  const count = watching.get(key) ?? 0;
  if (count >= mostWatchers) throw new ReeveError('watch-limit', { watching: count, mostWatchers });
  watching.set(key, count + 1);
  let isTaken = true;
  const giveBack = () => {
    if (!isTaken) return;
    isTaken = false;
    signal?.removeEventListener('abort', giveBack);
    const left = (watching.get(key) ?? 1) - 1;
    if (left > 0) watching.set(key, left);
    else watching.delete(key);
  };
  if (signal?.aborted) giveBack();
  else signal?.addEventListener('abort', giveBack);
  return giveBack;
}
