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

interface Kept {
  name: string;
  content: string | AsyncIterable<Uint8Array>;
  former: (row: NonNullable<Awaited<ReturnType<typeof lockLease>>>) => string | null;
}

async function* bytesOf(content: string | AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  if (typeof content === 'string') yield Buffer.from(content);
  else yield* content;
}

/** Writes the file, then names it and drops the one before, if the lease still holds. */
async function keepFile(
  { db, blobs, clock }: Part,
  lease: LeaseRef,
  { name, content, former }: Kept,
  nameIt: (tx: Part['db'], blob: string) => Promise<unknown>,
): Promise<void> {
  if (!(await findLease(db, lease))) throw new ReeveError('lease-lost');
  const blob = await blobs.put(`${blobsOfAttempt(lease.workspaceId, lease.attemptId)}${name}`, bytesOf(content));
  await db.transaction().execute(async (tx) => {
    const row = await lockLease(tx, lease);
    if (!row) throw new ReeveError('lease-lost');
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
    former: (row: { diff_blob: string | null }) => row.diff_blob,
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
