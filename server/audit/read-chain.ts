import type { AuditChain, CopyPlace } from '#contract/audit-chain.ts';
import type { Services } from '#server/services.ts';
import { chainOf } from './chain/chain-link.ts';
import { countUnsealed, findHead } from './chain-queries.ts';
import { findNewestCheckpoint, listKeys } from './checkpoint-queries.ts';
import { readCopyStates } from './copy-queries.ts';
import { copyPlaces } from './make-checkpoint.ts';
import { asVerification } from './run-verification.ts';
import { findNewestVerification } from './verification-queries.ts';

const places: readonly CopyPlace[] = ['blobs', 'folder', 'webhook', 'time-stamp'];

/** What stands between this log and somebody who would change it. */
export async function readChain(
  { db, clock, config }: Pick<Services, 'db' | 'clock' | 'config'>,
  workspaceId: string,
): Promise<AuditChain> {
  const chain = chainOf(workspaceId);
  const [head, checkpoint, copies, keys, verification] = [
    await findHead(db, chain),
    await findNewestCheckpoint(db, chain),
    await readCopyStates(db, chain),
    await listKeys(db),
    await findNewestVerification(db, chain),
  ];
  const configured = new Set(copyPlaces(config.audit));
  return {
    chain,
    head: head ?? null,
    waiting: await countUnsealed(db, workspaceId),
    checkpoint: checkpoint
      ? {
          number: checkpoint.number,
          size: checkpoint.size,
          root: checkpoint.root,
          at: checkpoint.at.toISOString(),
        }
      : null,
    checkpointEveryMinutes: Math.round(config.audit.checkpointMs / 60_000),
    copies: places.map((place) => {
      const state = copies.find((copy) => copy.place === place);
      return {
        place,
        isConfigured: configured.has(place),
        number: state?.done_number ?? null,
        at: state?.done_at?.toISOString() ?? null,
        waiting: state?.waiting ?? 0,
        waitingSince: state?.waiting_since?.toISOString() ?? null,
        problem: state?.problem ?? null,
      };
    }),
    keys: keys.map(({ kid, created_at, retired_at }) => ({
      kid,
      createdAt: created_at.toISOString(),
      retiredAt: retired_at?.toISOString() ?? null,
    })),
    verification: verification ? asVerification(verification, clock()) : null,
  };
}
