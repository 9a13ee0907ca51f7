import type { AuditConfig } from '#server/config.ts';
import type { CopyPlace } from '#server/db/audit-tables.ts';
import type { Database } from '#server/db/open-database.ts';
import type { Services } from '#server/services.ts';
import { checkpointHash, signCheckpoint } from './chain/checkpoint.ts';
import { findHead, listChains } from './chain-queries.ts';
import { type CheckpointRow, findNewestCheckpoint, insertCheckpoint, lockCheckpoints } from './checkpoint-queries.ts';
import { insertCopies } from './copy-queries.ts';
import { currentKey } from './signing-key.ts';
import { growTree } from './stored-tree.ts';

export type CheckpointServices = Pick<Services, 'db' | 'clock' | 'secrets' | 'config'>;

/** A long chain that was never checkpointed gets several, so that no transaction takes long. */
const linksPerCheckpoint = 50_000;

/** Where checkpoints have to go, as it is configured. */
export const copyPlaces = ({ copyFolder, copyWebhook, timeStampUrl }: AuditConfig): CopyPlace[] => [
  'blobs',
  ...(copyFolder ? (['folder'] as const) : []),
  ...(copyWebhook ? (['webhook'] as const) : []),
  ...(timeStampUrl ? (['time-stamp'] as const) : []),
];

async function nextCheckpoint(
  tx: Database,
  services: CheckpointServices,
  chain: string,
): Promise<CheckpointRow | null> {
  await lockCheckpoints(tx);
  const before = await findNewestCheckpoint(tx, chain);
  const head = await findHead(tx, chain);
  const from = before?.size ?? 0;
  if (!head || head.seq <= from) return null;
  const size = Math.min(head.seq, from + linksPerCheckpoint);
  const { root, head: hash } = await growTree(tx, chain, { from, to: size });
  const at = services.clock();
  const number = (before?.number ?? 0) + 1;
  const previous = before ? checkpointHash(before.jws) : null;
  const claims = { v: 1 as const, chain, number, size, root, head: hash, at: at.toISOString(), previous };
  const jws = await signCheckpoint(claims, await currentKey(tx, services));
  const row = { chain, number, size, root, at, jws };
  await insertCheckpoint(tx, row);
  await insertCopies(tx, row, copyPlaces(services.config.audit));
  return row;
}

/**
 * Signs what the chain is now, up to its last link.
 * @returns the newest checkpoint; null for a chain without links
 */
export async function makeCheckpoint(services: CheckpointServices, chain: string): Promise<CheckpointRow | null> {
  for (;;) {
    const made = await services.db.transaction().execute((tx) => nextCheckpoint(tx, services, chain));
    if (made === null) return (await findNewestCheckpoint(services.db, chain)) ?? null;
  }
}

/**
 * How far an export or a verification goes: to a new checkpoint, or, where none can be made because links are missing, to the last link,
 * so that what reads it finds out.
 */
export async function findEnd(services: CheckpointServices, chain: string): Promise<number> {
  try {
    return (await makeCheckpoint(services, chain))?.size ?? 0;
  } catch {
    return (await findHead(services.db, chain))?.seq ?? 0;
  }
}

/** Whether enough has happened, or enough time gone by, since the last one. */
async function isDue({ db, clock, config }: CheckpointServices, chain: string): Promise<boolean> {
  const { checkpointMs, checkpointEntries } = config.audit;
  const [head, newest] = [await findHead(db, chain), await findNewestCheckpoint(db, chain)];
  const uncovered = (head?.seq ?? 0) - (newest?.size ?? 0);
  if (uncovered <= 0) return false;
  return !newest || uncovered >= checkpointEntries || clock().getTime() - newest.at.getTime() >= checkpointMs;
}

/** @returns how many chains got one */
export async function makeDueCheckpoints(services: CheckpointServices & Pick<Services, 'log'>): Promise<number> {
  let made = 0;
  for (const chain of await listChains(services.db)) {
    try {
      if (!(await isDue(services, chain))) continue;
      await makeCheckpoint(services, chain);
      made += 1;
    } catch (error) {
      // One that somebody tampered with must not leave the others unprotected.
      services.log.error({ err: error, chain }, 'no checkpoint could be made of a chain of the audit log');
    }
  }
  return made;
}
