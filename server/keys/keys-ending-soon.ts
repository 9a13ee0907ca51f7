import type { Database } from '#server/db/open-database.ts';
import { listEndingKeyNames } from './expiry-queries.ts';

/** As early as the first mail. */
export const endingSoonDays = 14;

/** The names of the keys that somebody has to rotate now. */
export const listKeysEndingSoon = (db: Database, workspaceId: string, now: Date): Promise<string[]> =>
  listEndingKeyNames(db, workspaceId, { now, until: new Date(now.getTime() + endingSoonDays * 86_400_000) });
