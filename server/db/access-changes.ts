import type { PGlite } from '@electric-sql/pglite';
import type { Logger } from 'pino';

/** Where the triggers of migration 0002 announce. */
export const accessChannel = 'reeve_access_changed';

/** Tells whether anything that decides access changed, in this process or in another one on the same database. */
export interface AccessChanges {
  /** Another number after every change, before the statement that made it has returned to its caller in this process. */
  readonly generation: number;
  /** Whether changes are heard at this moment. While they are not, nothing that was read before may be trusted. */
  isHeard(): boolean;
  /** Starts to listen. Resolves after the first attempt; what fails later is tried again and told in the log. */
  follow(log: Logger): Promise<void>;
  close(): Promise<void>;
}

/** The embedded database has one process and tells with the commit itself. */
export function pgliteAccessChanges(pglite: PGlite): AccessChanges {
  let generation = 0;
  let isFollowing = false;
  return {
    get generation() {
      return generation;
    },
    isHeard: () => isFollowing && !pglite.closed,
    async follow() {
      await pglite.listen(accessChannel, () => {
        generation += 1;
      });
      isFollowing = true;
    },
    async close() {
      isFollowing = false;
    },
  };
}
