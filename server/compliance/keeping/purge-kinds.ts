import type { RetentionKind } from '#contract/compliance-retention.ts';
import { countOldContent, countOldEvents, purgeContent, purgeEvents } from '#server/activity/index.ts';
import { keepFigures } from '#server/analytics/index.ts';
import type { Database } from '#server/db/open-database.ts';
import { countEndedGrants, purgeEndedGrants } from '#server/identity/index.ts';
import { countOldCalls, purgeCalls } from '#server/models/index.ts';

export interface Old {
  workspaceId: string;
  before: Date;
  limit: number;
}

interface RowKind {
  /** @returns how many went; fewer than the limit: none is left */
  purge(tx: Database, old: Old): Promise<number>;
  /** At most the limit are counted. */
  count(db: Database, old: Old): Promise<{ count: number; oldestAt: Date | null }>;
}

async function purgeCounted(tx: Database, old: Old): Promise<number> {
  await keepFigures(tx, old);
  return purgeEvents(tx, old);
}

/** What is rows in a table; the other kinds are log files. Each leaves alone what is held. */
export const rowKinds: Partial<Record<RetentionKind, RowKind>> = {
  content: { purge: purgeContent, count: countOldContent },
  activity: { purge: purgeCounted, count: countOldEvents },
  'model-calls': { purge: purgeCalls, count: countOldCalls },
  'sign-ins': { purge: purgeEndedGrants, count: countEndedGrants },
};
