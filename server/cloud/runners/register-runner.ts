import type { z } from 'zod';
import {
  heartbeatSeconds,
  leaseSeconds,
  oldestRunnerProtocol,
  type RegisterAnswer,
  type RegisterRequest,
  runnerProtocol,
} from '#contract/runner-protocol.ts';
import { record, systemActor } from '#server/audit/index.ts';
import { newId } from '#server/crypto/ids.ts';
import { isWellFormed, mintScannableToken } from '#server/crypto/scannable-token.ts';
import { hashToken } from '#server/crypto/token-hash.ts';
import { ReeveError } from '#server/fail.ts';
import type { Services } from '#server/services.ts';
import { insertRunner, useToken } from './queries.ts';

/** @throws ReeveError runner-protocol */
export function requireProtocol(protocol: number): void {
  if (protocol >= oldestRunnerProtocol && protocol <= runnerProtocol) return;
  throw new ReeveError('runner-protocol', { protocol, oldest: oldestRunnerProtocol, newest: runnerProtocol });
}

/**
 * Makes a runner of whoever holds a registration token, which is used up by it. The secret is in the answer and nowhere else.
 * @throws ReeveError runner-token-invalid, runner-protocol
 */
export async function registerRunner(
  { db, clock }: Pick<Services, 'db' | 'clock'>,
  wanted: z.infer<typeof RegisterRequest>,
  { ip }: { ip: string | null },
): Promise<z.infer<typeof RegisterAnswer>> {
  requireProtocol(wanted.protocol);
  if (!isWellFormed('runner-token', wanted.token)) throw new ReeveError('runner-token-invalid');
  const { token: secret, hash } = mintScannableToken('runner');
  const at = clock();
  const id = newId('run');
  await db.transaction().execute(async (tx) => {
    const token = await useToken(tx, hashToken(wanted.token), at);
    if (!token) throw new ReeveError('runner-token-invalid');
    const { name, drivers, version, protocol, capacity } = wanted;
    const labels = [...new Set([...token.labels, ...wanted.labels])];
    const workspace = { workspace_id: token.workspace_id, is_embedded: token.is_embedded };
    const times = { registered_at: at, seen_at: at };
    const row = { id, name, drivers, version, protocol, capacity, labels, address: ip, secret_hash: hash };
    await insertRunner(tx, { ...row, ...workspace, ...times });
    await record(tx, { ...systemActor(`Runner “${name}”`, token.workspace_id), ip }, 'runner.registered', {
      at,
      subject: { kind: 'runner', id, label: name },
      tokenId: token.id,
      tokenMadeBy: token.created_by,
      after: { labels, drivers, version, protocol, capacity, isEmbedded: token.is_embedded },
    });
  });
  return { runnerId: id, secret, heartbeatSeconds, leaseSeconds };
}
