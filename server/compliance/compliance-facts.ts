import type { Database } from '#server/db/open-database.ts';
import { listRetention } from './keeping/retention-queries.ts';
import { readSealing } from './log-files/newest-files-queries.ts';
import { listDestinations } from './push/destination-queries.ts';

export interface ComplianceFacts {
  isRetentionSet: boolean;
  destinations: number;
  /** By name, with since when; the longest first. */
  failing: { name: string; since: Date; problem: string }[];
  lastSealedAt: Date | null;
  /** Since when an event waits to be sealed. */
  unsealedSince: Date | null;
}

export async function readComplianceFacts(db: Database, workspaceId: string): Promise<ComplianceFacts> {
  const destinations = (await listDestinations(db, workspaceId)).filter(({ is_enabled }) => is_enabled);
  const { lastSealedAt, waitingSince } = await readSealing(db, workspaceId);
  const failing = destinations.flatMap(({ name, failing_since, last_error }) =>
    failing_since === null ? [] : [{ name, since: failing_since, problem: last_error ?? '' }],
  );
  return {
    isRetentionSet: (await listRetention(db, workspaceId)).length > 0,
    destinations: destinations.length,
    failing: failing.sort((one, other) => one.since.getTime() - other.since.getTime()),
    lastSealedAt,
    unsealedSince: waitingSince,
  };
}
