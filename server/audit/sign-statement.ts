import type { Database } from '#server/db/open-database.ts';
import type { Services } from '#server/services.ts';
import { sign } from './chain/checkpoint.ts';
import { findNewestCheckpoint, lockCheckpoints } from './checkpoint-queries.ts';
import { type CheckpointServices, makeCheckpoint } from './make-checkpoint.ts';
import { currentKey } from './signing-key.ts';

/**
 * Signs a statement of another feature with the key of the audit log. The key stays here.
 * @param typ what the statement is, `reeve-…+jws`: it is part of what is signed
 * @returns a compact JWS, and the name of the key
 */
export async function signStatement(
  tx: Database,
  services: Pick<Services, 'clock' | 'secrets'>,
  { typ, claims }: { typ: string; claims: unknown },
): Promise<{ jws: string; kid: string }> {
  await lockCheckpoints(tx);
  const key = await currentKey(tx, services);
  return { jws: await sign(claims, key, typ), kid: key.kid };
}

/** What the log of a workspace is now, signed; the one before where links are missing. Null for a log without entries. */
export async function newestCheckpoint(services: CheckpointServices, chain: string) {
  const row = await makeCheckpoint(services, chain).catch(() => findNewestCheckpoint(services.db, chain));
  return row ? { chain, size: Number(row.size), root: row.root } : null;
}
