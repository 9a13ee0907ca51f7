import type { DiffStats } from '#contract/task-states.ts';
import { newId } from '#server/crypto/ids.ts';
import { ReeveError } from '#server/fail.ts';
import type { Services } from '#server/services.ts';
import { attemptChanges } from './changes.ts';
import { statsOfDiff } from './diff-stats.ts';
import { findLease, type LeaseRef, lockLease, setDiff, setSession } from './lease-queries.ts';

type Part = Pick<Services, 'db' | 'blobs' | 'clock'>;

/** Everything an attempt leaves in files is below this. */
export const blobsOfAttempt = (workspaceId: string, attemptId: string): string => `cloud/${workspaceId}/${attemptId}/`;

type Leased = NonNullable<Awaited<ReturnType<typeof lockLease>>>;

interface Kept {
  name: string;
  content: string | AsyncIterable<Uint8Array>;
  former: (row: Leased) => string | null;
  /** What is there already is the last word. */
  isLate?: (row: Leased) => boolean;
}

async function* bytesOf(content: string | AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  if (typeof content === 'string') yield Buffer.from(content);
  else yield* content;
}

/** Writes the file, then names it and drops the one before, if the lease still holds. */
async function keepFile(
  { db, blobs, clock }: Part,
  lease: LeaseRef,
  { name, content, former, isLate }: Kept,
  nameIt: (tx: Part['db'], blob: string) => Promise<unknown>,
): Promise<void> {
  if (!(await findLease(db, lease))) throw new ReeveError('lease-lost');
  const blob = await blobs.put(`${blobsOfAttempt(lease.workspaceId, lease.attemptId)}${name}`, bytesOf(content));
  await db.transaction().execute(async (tx) => {
    const row = await lockLease(tx, lease);
    if (!row) throw new ReeveError('lease-lost');
    // The file belongs to nobody then, and goes as others do whose transaction did not come about.
    if (isLate?.(row)) return;
    await blobs.keep(tx, blob, clock());
    await nameIt(tx, blob.name);
    const before = former(row);
    if (before !== null) await blobs.forget(tx, before);
  });
}

/** What the attempt changed so far, or in the end. @throws ReeveError lease-lost */
export async function keepDiff(
  services: Part,
  lease: LeaseRef,
  { diff, isFinal }: { diff: string; isFinal: boolean },
): Promise<DiffStats> {
  const stats = statsOfDiff(diff);
  const file = {
    name: `${newId('diff')}.diff`,
    content: diff,
    former: (row: Leased) => row.diff_blob,
    // Asked for before the end, and slower than it.
    isLate: (row: Leased) => row.is_diff_final && !isFinal,
  };
  await keepFile(services, lease, file, (tx, blob) =>
    setDiff(tx, lease.workspaceId, lease.attemptId, { blob, isFinal, stats }),
  );
  attemptChanges.emit('changed', { attemptId: lease.attemptId });
  return stats;
}

/** The agent's home, for the turn that follows. @throws ReeveError lease-lost, body-too-large */
export async function keepSession(services: Part, lease: LeaseRef, content: AsyncIterable<Uint8Array>): Promise<void> {
  const former = (row: { session_blob: string | null }) => row.session_blob;
  await keepFile(services, lease, { name: `${newId('session')}.tar`, content, former }, (tx, blob) =>
    setSession(tx, lease.workspaceId, lease.attemptId, blob),
  );
}
