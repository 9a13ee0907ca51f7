import type { Repeated } from '#server/jobs/repeat.ts';
import type { Services } from '#server/services.ts';
import { attemptChanges, tellChanged } from './changes.ts';
import { endAttempt, type SealLine, settleLease } from './end-attempt.ts';
import { listCancelledInQueue, lockExpired, lockLeasesOfRunner } from './lease-queries.ts';

type Part = Pick<Services, 'db' | 'clock' | 'secrets' | 'blobs'>;

/** So much the clocks of two processes of Reeve may differ: a lease is not ended by the one that is ahead while it still holds. */
export const clockSkewMs = 3_000;
const atOnce = 100;

export const logLineContext = (attemptId: string, seq: number): string => `cloud_log/${attemptId}/${seq}`;

export const lineSealer =
  ({ secrets }: Pick<Services, 'secrets'>): SealLine =>
  (attemptId, seq, text) =>
    secrets.seal(text, logLineContext(attemptId, seq));

const goesOn = 'The attempt waits for another one and begins again.';

interface Former {
  state: string;
  epoch: number;
  heard_epoch: number | null;
  tries: number;
}

/** A runner that takes it again and again and never says a word about it is lost by it, too. */
const mostSilentTries = 5;

/**
 * A runner begins once a heartbeat or a report has named the lease. Where none ever did, nobody heard of it: the connection or a process, Reeve's or
 * the runner's, ended while it was given out. That is no sign that the attempt ends its runners.
 */
const hasBegun = ({ state, epoch, heard_epoch, tries }: Former): boolean =>
  state !== 'preparing' || heard_epoch === epoch || tries >= mostSilentTries;

const wordsOf = (lease: Former & { removed_at: Date | null }) => {
  if (lease.removed_at !== null) return { why: `Its runner was removed. ${goesOn}`, isLoss: false };
  const isLoss = hasBegun(lease);
  return { why: `${isLoss ? 'Its runner was lost' : 'No runner began with it'}. ${goesOn}`, isLoss };
};

/** Ends leases without a heartbeat, in all workspaces. @returns how many */
export async function expireLeases(services: Part, { limit = atOnce } = {}): Promise<number> {
  const { db, clock } = services;
  const seal = lineSealer(services);
  const at = clock();
  const before = new Date(at.getTime() - clockSkewMs);
  const settled = await db.transaction().execute(async (tx) => {
    const expired = await lockExpired(tx, { before, limit });
    for (const lease of expired) await settleLease(services, tx, lease, { at, seal, ...wordsOf(lease) });
    return expired;
  });
  for (const { id, workspace_id } of settled) tellChanged(workspace_id, [id]);
  return settled.length;
}

/**
 * Ends what a runner held when it was started again: its process says that nothing of the one before goes on, so nobody has to wait for
 * the leases to end.
 * @param which.before when it said so: what was leased afterwards is of the process that says it, which may hear the answer to a repeated
 * hello first
 * @returns how many
 */
export async function settleFormer(
  services: Part,
  { workspaceId, runnerId, before }: { workspaceId: string; runnerId: string; before: Date },
): Promise<number> {
  const { db, clock } = services;
  const seal = lineSealer(services);
  const at = clock();
  const why = `Its runner was started again. ${goesOn}`;
  const settled = await db.transaction().execute(async (tx) => {
    const former = await lockLeasesOfRunner(tx, workspaceId, { runnerId, before });
    for (const lease of former) await settleLease(services, tx, lease, { at, seal, why, isLoss: hasBegun(lease) });
    return former;
  });
  tellChanged(
    workspaceId,
    settled.map(({ id }) => id),
  );
  if (settled.length > 0) attemptChanges.emit('queued', { workspaceId });
  return settled.length;
}

/** Ends what waits and was asked to end. @returns how many */
export async function endCancelled(
  { db, clock }: Pick<Services, 'db' | 'clock'>,
  { limit = atOnce } = {},
): Promise<number> {
  const asked = await listCancelledInQueue(db, { limit });
  for (const { id: attemptId, workspace_id: workspaceId } of asked) {
    const end = { workspaceId, attemptId, ending: 'cancelled', at: clock(), ifQueued: true } as const;
    await db.transaction().execute((tx) => endAttempt(tx, end));
    tellChanged(workspaceId, [attemptId]);
  }
  return asked.length;
}

/** With the lease and the clocks: nobody waits for half a minute. */
const everyMs = 1_000;

export const expiringLeases = (services: Part): Repeated => ({
  name: 'expire-leases',
  everyMs,
  run: async () => {
    const most = Math.max(await expireLeases(services), await endCancelled(services));
    return most === atOnce;
  },
});
