import type { Repeated } from '#server/jobs/repeat.ts';
import type { Services } from '#server/services.ts';
import { tellChanged } from './changes.ts';
import { type SealLine, settleLease } from './end-attempt.ts';
import { lockExpired } from './lease-queries.ts';

type Part = Pick<Services, 'db' | 'clock' | 'secrets'>;

/** So much the clocks of two processes of Reeve may differ: a lease is not ended by the one that is ahead while it still holds. */
export const clockSkewMs = 5_000;
const atOnce = 100;

export const logLineContext = (attemptId: string, seq: number): string => `cloud_log/${attemptId}/${seq}`;

export const lineSealer =
  ({ secrets }: Pick<Services, 'secrets'>): SealLine =>
  (attemptId, seq, text) =>
    secrets.seal(text, logLineContext(attemptId, seq));

const lostWords = 'Its runner was lost. The attempt waits for another one and begins again.';

/** Ends leases without a heartbeat, in all workspaces. @returns how many */
export async function expireLeases(services: Part, { limit = atOnce } = {}): Promise<number> {
  const { db, clock } = services;
  const seal = lineSealer(services);
  const at = clock();
  const before = new Date(at.getTime() - clockSkewMs);
  const settled = await db.transaction().execute(async (tx) => {
    const expired = await lockExpired(tx, { before, limit });
    for (const lease of expired) await settleLease(tx, lease, { at, why: lostWords, isLoss: true, seal });
    return expired;
  });
  for (const { id, workspace_id } of settled) tellChanged(workspace_id, [id]);
  return settled.length;
}

const everyMs = 5_000;

export const expiringLeases = (services: Part): Repeated => ({
  name: 'expire-leases',
  everyMs,
  run: async () => (await expireLeases(services)) === atOnce,
});
