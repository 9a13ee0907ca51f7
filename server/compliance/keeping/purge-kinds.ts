import type { RetentionKind } from '#contract/compliance-retention.ts';
import { countOldContent, countOldEvents, purgeContent, purgeEvents } from '#server/activity/index.ts';
import { keepFigures } from '#server/analytics/index.ts';
import { keptTaskKinds } from '#server/cloud/index.ts';
import type { Database } from '#server/db/open-database.ts';
import { countEndedGrants, purgeEndedGrants } from '#server/identity/index.ts';
import { countOldCalls, purgeCalls } from '#server/models/index.ts';
import type { Services } from '#server/services.ts';

export interface Old {
  workspaceId: string;
  before: Date;
  limit: number;
}

export interface RowKind {
  /** Small enough that nobody else waits for it. */
  atOnce: number;
  /** @returns how many went; fewer than the limit: none is left */
  purge(tx: Database, old: Old, services: Pick<Services, 'blobs' | 'clock'>): Promise<number>;
  /** At most the limit are counted. */
  count(db: Database, old: Old): Promise<{ count: number; oldestAt: Date | null }>;
}

async function purgeCounted(tx: Database, old: Old): Promise<number> {
  await keepFigures(tx, old);
  return purgeEvents(tx, old);
}

const atOnce = 1_000;

/** What is rows in a table; the other kinds are log files. Each leaves alone what is held. */
export const rowKinds: Partial<Record<RetentionKind, RowKind>> = {
  content: { atOnce, purge: purgeContent, count: countOldContent },
  activity: { atOnce, purge: purgeCounted, count: countOldEvents },
  'model-calls': { atOnce, purge: purgeCalls, count: countOldCalls },
  'sign-ins': { atOnce, purge: purgeEndedGrants, count: countEndedGrants },
  ...keptTaskKinds,
};
