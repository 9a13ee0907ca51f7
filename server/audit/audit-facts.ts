import type { CopyPlace } from '#server/db/audit-tables.ts';
import type { Database } from '#server/db/open-database.ts';
import { chainOf } from './chain/chain-link.ts';
import { listFailingPlaces } from './copy-queries.ts';
import { findNewestVerification } from './verification-queries.ts';

export interface AuditFacts {
  /** Where copies of checkpoints have not arrived for a while, and why. */
  failingCopies: { place: CopyPlace; problem: string | null }[];
  /** The last verification found something. */
  isInvalid: boolean;
}

/** One failure happens. */
const patienceMs = 5 * 60_000;

export async function readAuditFacts(db: Database, workspaceId: string, { now }: { now: Date }): Promise<AuditFacts> {
  const verification = await findNewestVerification(db, chainOf(workspaceId));
  return {
    failingCopies: await listFailingPlaces(db, { since: new Date(now.getTime() - patienceMs) }),
    isInvalid: verification?.report != null && verification.report.isValid !== true,
  };
}
